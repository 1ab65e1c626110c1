//! What the vectors are made of.

use tapegrad_autodiff::Element;
use tapegrad_nn::{Module, Name, ParamId};

use super::Lbfgs;
use crate::error;

impl<T: Element> Lbfgs<T> {
    /// Takes the trained parameters for `x`, and drops what was remembered of others.
    #[track_caller]
    pub(super) fn lay_out(&mut self, who: &str, model: &(impl Module<T> + ?Sized)) {
        self.x.clear();
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
        for (place, (id, _)) in self.layout.iter().enumerate() {
            if self.layout[..place].iter().any(|(before, _)| before == id) {
                let id = *id;
                self.layout.clear();
                error::not_distinct(who, &last_name(model, id));
            }
        }
    }
}

/// Where a parameter stands in a model for the last time.
fn last_name<T: Element>(model: &(impl Module<T> + ?Sized), id: ParamId) -> String {
    let mut last = String::new();
    model.visit(Name::root(), &mut |name, param| {
        if param.id() == id {
            last = name.to_string();
        }
    });
    last
}
