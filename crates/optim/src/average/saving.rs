//! An average in a file, and out of it.

use tapegrad_autodiff::Element;
use tapegrad_nn::checkpoint::saved_count;
use tapegrad_nn::{LoadProblem, Module, Name, Section};

use super::{Average, Averaging};

/// Of the layout below.
const VERSION: u32 = 1;

/// Updates, and whether there are averages.
type Saved = (u64, bool);

impl<A: Averaging, T: Element> Average<A, T> {
    /// The averages by the names of a model's parameters, and how many updates there were; what it was made
    /// with belongs to the program. With averages in it the section can be
    /// [loaded into](Section::load_into) a model as well, which then has them for its parameters.
    ///
    /// ```
    /// use tapegrad_nn::Dense;
    /// use tapegrad_optim::Ema;
    ///
    /// let (model, mut average) = (Dense::<f64>::new(2, 1), Ema::new(0.99));
    /// average.update(&model);
    /// let section = average.save(&model);
    /// let mut resumed = Ema::new(0.99);
    /// resumed.load(&section, &model)?;
    /// assert_eq!(resumed.updates(), 1);
    /// # Ok::<(), tapegrad_nn::LoadProblem>(())
    /// ```
    ///
    /// # Panics
    /// If the averages are swapped in, or the model has other parameters.
    #[track_caller]
    pub fn save(&self, model: &(impl Module<T> + ?Sized)) -> Section {
        const WHO: &str = "Average::save";
        self.check_swapped_out(WHO);
        let mut section = Section::new();
        let saved: Saved = (self.updates as u64, !self.is_empty());
        section.set_state_of(&self.averaging.name(), VERSION, &saved);
        if let Some(arrays) = &self.arrays {
            self.check(WHO, model);
            let mut arrays = arrays.iter();
            model.visit(Name::root(), &mut |name, param| {
                if let Some((_, average)) = arrays.next() {
                    section.insert(&name.to_string(), param.role.name(), average);
                }
            });
        }
        section
    }

    /// Goes on from what was [saved](Average::save), with the parameters of a model: the same, or those of another
    /// run by their names. What comes after is the same to the bit.
    ///
    /// # Errors
    /// If the section is of another [kind](Averaging::name) or version, names are missing or left over, shapes or element types differ, or there were
    /// more than `2⁵³` updates. Then nothing is changed.
    ///
    /// # Panics
    /// If the averages are swapped in, or a parameter stands in the model twice.
    #[track_caller]
    pub fn load(
        &mut self,
        section: &Section,
        model: &(impl Module<T> + ?Sized),
    ) -> Result<(), LoadProblem> {
        const WHO: &str = "Average::load";
        self.check_swapped_out(WHO);
        super::check_distinct(WHO, model);
        let (updates, has_averages): Saved = section.state_of(&self.averaging.name(), VERSION)?;
        let updates = saved_count("updates", updates)?;
        let mut arrays = Vec::new();
        if has_averages {
            section.check(model)?;
            for (name, param) in model.parameters() {
                arrays.push((param.id(), section.array::<T>(&name)?));
            }
        } else if let Some((name, array)) = section.arrays().next() {
            return Err(LoadProblem::Extra {
                name: name.to_owned(),
                shape: array.shape().to_vec(),
            });
        }
        (self.updates, self.arrays) = (updates, has_averages.then_some(arrays));
        Ok(())
    }
}
