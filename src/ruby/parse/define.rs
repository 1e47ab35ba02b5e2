//! Lowers `begin`, `def`, `class` and `module`.

use std::rc::Rc;
use std::sync::Arc;

use ruby_prism::Node as Prism;

use super::{Lower, Names, ScopeKind, calls, loc, sym};
use crate::ruby::ast::{Begin, Body, ClassDef, Function, Kind, Loc, Node, Params, Rescue};
use crate::ruby::symbol::Sym;

impl Lower<'_> {
    pub(super) fn begin(&mut self, node: &ruby_prism::BeginNode<'_>, at: Loc) -> Kind {
        let body = self.statements(node.statements(), at);
        let mut rescues = Vec::new();
        let mut next = node.rescue_clause();
        while let Some(clause) = next {
            rescues.push(Rescue {
                classes: self.nodes(&clause.exceptions()),
                target: clause.reference().map(|n| self.target(&n)),
                body: self.statements(clause.statements(), at),
            });
            next = clause.subsequent();
        }
        let otherwise = node
            .else_clause()
            .map(|n| self.statements(n.statements(), at));
        let ensure = node
            .ensure_clause()
            .map(|n| self.statements(n.statements(), at));
        if rescues.is_empty() && otherwise.is_none() && ensure.is_none() {
            return body.kind;
        }
        Kind::Begin(Box::new(Begin {
            body,
            rescues,
            otherwise,
            ensure,
        }))
    }

    pub(super) fn def(&mut self, node: &ruby_prism::DefNode<'_>, at: Loc) -> Kind {
        let receiver = node.receiver().map(|n| self.boxed(&n));
        self.scopes.push(Names {
            names: node.locals().iter().map(|name| sym(&name)).collect(),
            kind: ScopeKind::Body,
        });
        self.loops.push(false);
        let params = match node.parameters() {
            Some(params) => self.params(&params),
            None => Params::default(),
        };
        let passed = calls::passed_by_super(&params);
        self.functions.push(passed);
        let code = self.maybe(node.body(), at);
        self.functions.pop();
        self.loops.pop();
        let names = self
            .scopes
            .pop()
            .map(|scope| scope.names)
            .unwrap_or_default();
        let function = Function {
            name: sym(&node.name()),
            name_loc: loc(&node.name_loc()),
            params,
            body: Body {
                locals: Rc::new(names),
                code,
                file: Arc::clone(self.file),
            },
        };
        Kind::Def(Rc::new(function), receiver)
    }

    pub(super) fn class_def(
        &mut self,
        path: &Prism<'_>,
        superclass: Option<Node>,
        names: Vec<Sym>,
        body: Option<Prism<'_>>,
        at: Loc,
    ) -> Option<ClassDef> {
        let (scope, top, name) = if let Some(read) = path.as_constant_read_node() {
            (None, false, sym(&read.name()))
        } else {
            let path = path.as_constant_path_node()?;
            let scope = path.parent().map(|n| self.node(&n));
            let top = scope.is_none();
            (scope, top, sym(&path.name()?))
        };
        Some(ClassDef {
            scope,
            top,
            name,
            name_loc: loc(&path.location()),
            superclass,
            body: self.body(names, body, at),
        })
    }
}
