//! The walk through the syntax tree: which expressions are mutated, and which are left alone.

use std::collections::HashSet;
use std::ops::Range;

use syn::visit::{self, Visit};
use syn::{Attribute, BinOp, Block, Expr, Pat, Signature, Stmt, UnOp, Visibility};

use super::{Draft, Found, Function, Key, key};
use crate::mutations;
use crate::source::{one_line, range};

/// The walk through a file.
pub(super) struct Walk<'a> {
    text: &'a str,
    /// `Add for Var<'_, T>` or `Var<'_, T>`.
    implementation: Option<String>,
    function: Option<Function>,
    /// The whole that the walk is within.
    whole: Option<Key>,
    draft: Draft,
    bodies: Vec<Range<usize>>,
    methods: Vec<String>,
    /// Where a changed sign is that of an outer expression that is mutated so itself.
    signed: HashSet<Range<usize>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            implementation: None,
            function: None,
            whole: None,
            draft: Draft::default(),
            bodies: Vec::new(),
            methods: Vec::new(),
            signed: HashSet::new(),
        }
    }

    pub(super) fn finish(self) -> Found {
        Found {
            sites: self.draft.finish(),
            bodies: self.bodies,
            methods: self.methods,
        }
    }

    /// Adds what may stand in the place of an expression.
    fn add(&mut self, expression: &Expr, mutations: impl IntoIterator<Item = String>) {
        let Some(function) = &self.function else {
            return;
        };
        for mutation in mutations {
            let site = self.draft.site(expression, self.whole, function);
            site.add(self.text, mutation);
        }
    }

    /// Changes the sign of an expression.
    fn negate(&mut self, expression: &Expr) {
        if !is_error(expression) && self.signed.insert(range(expression)) {
            let negated = mutations::negated(expression, self.text);
            self.add(expression, [negated]);
        }
    }

    /// Changes the sign of what a closure gives, unless it has one.
    fn negate_value(&mut self, value: &Expr) {
        let is_negative = matches!(value, Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)));
        if !is_negative {
            self.negate(value);
        }
    }

    /// Changes the condition of an `if`, a `while` or an arm.
    fn refute(&mut self, condition: &Expr) {
        let refuted = mutations::refuted(condition, self.text);
        self.add(condition, refuted);
    }

    /// Walks within an expression that is a whole.
    fn within(&mut self, whole: &Expr, is_statement: bool, walk: impl FnOnce(&mut Self)) {
        if let Some(function) = &self.function {
            let site = self.draft.site(whole, None, function);
            site.is_statement = is_statement;
        }
        let outer = self.whole.replace(key(whole));
        walk(self);
        self.whole = outer;
    }

    /// Walks through a block; the value of a closure's is negated.
    fn block(&mut self, block: &Block, is_of_closure: bool) {
        for (number, statement) in block.stmts.iter().enumerate() {
            let is_last = number + 1 == block.stmts.len();
            match statement {
                Stmt::Expr(value, Some(_)) => {
                    self.within(value, true, |walk| walk.visit_expr(value));
                }
                Stmt::Expr(value, None) if is_last => self.within(value, false, |walk| {
                    if is_of_closure {
                        walk.negate_value(value);
                    }
                    walk.visit_expr(value);
                }),
                other => self.visit_stmt(other),
            }
        }
    }

    /// Walks through a function, unless the compiler runs it or it is for tests only.
    fn function(&mut self, attributes: &[Attribute], signature: &Signature, body: &Block) {
        if is_test(attributes) || signature.constness.is_some() {
            return;
        }
        self.bodies.push(range(body));
        let name = signature.ident.to_string();
        let with_implementation = match &self.implementation {
            Some(implementation) => format!("{implementation}::{name}"),
            None => name.clone(),
        };
        let outer = self.function.replace(Function {
            name,
            with_implementation,
        });
        self.block(body, false);
        self.function = outer;
    }

    fn publish(&mut self, visibility: &Visibility, signature: &Signature) {
        if matches!(visibility, Visibility::Public(_)) {
            self.methods.push(signature.ident.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_expr(&mut self, expression: &'ast Expr) {
        if is_error(expression) {
            return;
        }
        self.add(expression, mutations::of(expression, self.text));
        match expression {
            Expr::Binary(binary) => {
                if mutations::is_arithmetic(expression) {
                    self.negate(expression);
                }
                if matches!(binary.op, BinOp::Mul(_) | BinOp::Div(_)) {
                    // `-(a b) c = -(a b c)`.
                    self.signed.insert(range(bare(&binary.left)));
                    self.signed.insert(range(bare(&binary.right)));
                }
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
                // `-(-x)` is `x` without its sign.
                self.signed.insert(range(bare(&unary.expr)));
            }
            Expr::If(branch) => self.refute(&branch.cond),
            Expr::While(repeat) => self.refute(&repeat.cond),
            _ => {}
        }
        visit::visit_expr(self, expression);
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.block(block, false);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let Some(init) = &local.init {
            self.within(&init.expr, false, |walk| walk.visit_expr(&init.expr));
            if let Some((_, diverges)) = &init.diverge {
                self.visit_expr(diverges);
            }
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.visit_pat(&arm.pat);
        self.within(&arm.body, false, |walk| walk.visit_expr(&arm.body));
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        match &*closure.body {
            Expr::Block(body) => self.block(&body.block, true),
            value => self.within(value, false, |walk| {
                walk.negate_value(value);
                walk.visit_expr(value);
            }),
        }
    }

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr); // and not its length, a constant
    }

    fn visit_pat(&mut self, pattern: &'ast Pat) {
        // The literals of a pattern are no expressions; an arm's guard is one.
        if let Pat::Guard(guarded) = pattern {
            self.refute(&guarded.guard);
            self.visit_expr(&guarded.guard);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if is_test(&item.attrs) {
            return;
        }
        let on = one_line(&self.text[range(&item.self_ty)]);
        self.implementation = Some(match &item.trait_ {
            Some((path, _)) => format!("{} for {on}", one_line(&self.text[range(path)])),
            None => on,
        });
        visit::visit_item_impl(self, item);
        self.implementation = None;
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.publish(&item.vis, &item.sig);
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.publish(&item.vis, &item.sig);
        self.function(&item.attrs, &item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.attrs, &item.sig, body);
        }
    }

    // What the compiler evaluates, and what is no expression.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_item_enum(&mut self, _: &'ast syn::ItemEnum) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
    fn visit_macro(&mut self, _: &'ast syn::Macro) {}
    fn visit_path(&mut self, _: &'ast syn::Path) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_generics(&mut self, _: &'ast syn::Generics) {}
    fn visit_angle_bracketed_generic_arguments(
        &mut self,
        _: &'ast syn::AngleBracketedGenericArguments,
    ) {
    }
}

/// The expression in its parentheses.
fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(parentheses) => bare(&parentheses.expr),
        other => other,
    }
}

/// Whether this is `error::sentence(…)`: what a message says is for other tests.
fn is_error(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else {
        return false;
    };
    let Expr::Path(path) = &*call.func else {
        return false;
    };
    let mut modules = path.path.segments.iter().rev().skip(1);
    modules.next().is_some_and(|module| module.ident == "error")
}

/// Whether this is compiled for tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_condition = attribute.path().is_ident("cfg");
        let condition = is_condition.then(|| attribute.parse_args::<syn::Path>());
        attribute.path().is_ident("test")
            || condition.is_some_and(|path| path.is_ok_and(|path| path.is_ident("test")))
    })
}
