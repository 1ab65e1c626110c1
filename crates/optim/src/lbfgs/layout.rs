//! What the vectors are made of.

use tapegrad_autodiff::Element;
use tapegrad_nn::{Module, Name};

use super::Lbfgs;
use crate::{error, parameters};

impl<T: Element> Lbfgs<T> {
    /// Takes the trained parameters for `x`, and drops what was remembered of others.
    #[track_caller]
    pub(super) fn lay_out(&mut self, who: &str, model: &(impl Module<T> + ?Sized)) {
        self.x.clear();
        self.seen.clear();
        let (mut same, mut count) = (true, 0);
        let mut after_update = None;
        model.visit(Name::root(), &mut |name, param| {
            if !param.is_trained() {
                return;
            }
            if param.penalty.is_proximal() {
                after_update.get_or_insert_with(|| (name.to_string(), param.penalty.to_string()));
            } else if let Some(set) = param.constraint {
                after_update.get_or_insert_with(|| (name.to_string(), set.to_string()));
            }
            self.x.extend(param.value.iter());
            self.seen.push(param.id());
            let part = (param.id(), param.value.len());
            same &= self.layout.get(count) == Some(&part);
            if !same {
                self.layout.truncate(count);
                self.layout.push(part);
            }
            count += 1;
        });
        same &= self.layout.len() == count;
        self.layout.truncate(count);
        if !same {
            self.history.clear();
        }
        if let Some((name, what)) = after_update {
            error::after_update(who, &name, &what);
        }
        parameters::check_distinct(who, model, &mut self.seen);
    }
}
