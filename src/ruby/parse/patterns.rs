//! Lowers `case … in`, `=>` and `in`.

use ruby_prism::{Node as Prism, NodeList};

use super::{Lower, loc, sym};
use crate::ruby::ast::{CaseIn, HashRest, Kind, Loc, Node, Pattern, Slot};
use crate::ruby::symbol::Sym;

impl Lower<'_> {
    pub(super) fn pattern_match(&mut self, node: &Prism<'_>, at: Loc) -> Kind {
        if let Some(n) = node.as_match_predicate_node() {
            let value = self.boxed(&n.value());
            let pattern = Box::new(self.pattern(&n.pattern()));
            return Kind::MatchPattern {
                value,
                pattern,
                required: false,
            };
        }
        if let Some(n) = node.as_match_required_node() {
            let value = self.boxed(&n.value());
            let pattern = Box::new(self.pattern(&n.pattern()));
            return Kind::MatchPattern {
                value,
                pattern,
                required: true,
            };
        }
        let Some(n) = node.as_case_match_node() else {
            return Kind::Nil;
        };
        let subject = self.maybe(n.predicate(), at);
        let mut ins = Vec::new();
        for clause in &n.conditions() {
            let Some(clause) = clause.as_in_node() else {
                continue;
            };
            let (pattern, guard) = self.guarded(&clause.pattern());
            let body = self.statements(clause.statements(), at);
            ins.push((pattern, guard, body));
        }
        let otherwise = n.else_clause().map(|n| self.statements(n.statements(), at));
        Kind::CaseIn(Box::new(CaseIn {
            subject,
            ins,
            otherwise,
        }))
    }

    /// Lowers a pattern with `if` or `unless` behind it.
    fn guarded(&mut self, node: &Prism<'_>) -> (Pattern, Option<Node>) {
        let only = |list: Option<ruby_prism::StatementsNode<'_>>, lower: &mut Self| {
            list.and_then(|list| list.body().first())
                .map_or_else(never, |first| lower.pattern(&first))
        };
        if let Some(n) = node.as_if_node() {
            let pattern = only(n.statements(), self);
            return (pattern, Some(self.node(&n.predicate())));
        }
        if let Some(n) = node.as_unless_node() {
            let pattern = only(n.statements(), self);
            let condition = self.node(&n.predicate());
            let negated = Node {
                loc: condition.loc,
                kind: Kind::If(Box::new((
                    condition,
                    Node {
                        loc: Loc::default(),
                        kind: Kind::False,
                    },
                    Node {
                        loc: Loc::default(),
                        kind: Kind::True,
                    },
                ))),
            };
            return (pattern, Some(negated));
        }
        (self.pattern(node), None)
    }

    fn list(&mut self, nodes: &NodeList<'_>) -> Vec<Pattern> {
        nodes.iter().map(|node| self.pattern(&node)).collect()
    }

    fn splat_slot(&mut self, node: &Prism<'_>) -> Option<Slot> {
        let target = node.as_splat_node()?.expression()?;
        let name = sym(&target.as_local_variable_target_node()?.name());
        Some(self.slot(name))
    }

    fn pattern(&mut self, node: &Prism<'_>) -> Pattern {
        if let Some(n) = node.as_local_variable_target_node() {
            let slot = self.slot(sym(&n.name()));
            return Pattern::Bind(slot);
        }
        if let Some(n) = node.as_capture_pattern_node() {
            let pattern = self.pattern(&n.value());
            let slot = self.slot(sym(&n.target().name()));
            return Pattern::Capture(Box::new(pattern), slot);
        }
        if let Some(n) = node.as_alternation_pattern_node() {
            return Pattern::Either(
                Box::new(self.pattern(&n.left())),
                Box::new(self.pattern(&n.right())),
            );
        }
        if let Some(n) = node.as_array_pattern_node() {
            let constant = n.constant().map(|n| self.node(&n));
            let before = self.list(&n.requireds());
            let rest = n.rest().map(|rest| self.splat_slot(&rest));
            let after = self.list(&n.posts());
            return Pattern::Array {
                constant,
                before,
                rest,
                after,
            };
        }
        if let Some(n) = node.as_find_pattern_node() {
            let constant = n.constant().map(|n| self.node(&n));
            let left = self.splat_slot(&n.left().as_node());
            let middle = self.list(&n.requireds());
            let right = self.splat_slot(&n.right().as_node());
            return Pattern::Find {
                constant,
                left,
                middle,
                right,
            };
        }
        if let Some(n) = node.as_hash_pattern_node() {
            let constant = n.constant().map(|n| self.node(&n));
            let mut pairs = Vec::new();
            for element in &n.elements() {
                let Some(assoc) = element.as_assoc_node() else {
                    continue;
                };
                let Some(key) = assoc.key().as_symbol_node() else {
                    continue;
                };
                let key = Sym::new(&String::from_utf8_lossy(key.unescaped()));
                let value = assoc.value();
                let value = value
                    .as_implicit_node()
                    .map_or(value, |implicit| implicit.value());
                pairs.push((key, self.pattern(&value)));
            }
            let rest = match n.rest() {
                None => HashRest::Ignore,
                Some(rest) => match rest.as_assoc_splat_node().and_then(|splat| splat.value()) {
                    Some(target) => match target.as_local_variable_target_node() {
                        Some(target) => HashRest::Bind(self.slot(sym(&target.name()))),
                        None => HashRest::Ignore,
                    },
                    None if rest.as_no_keywords_parameter_node().is_some() => HashRest::Forbid,
                    None => HashRest::Ignore,
                },
            };
            // `in {}` matches only an empty hash.
            let rest = if pairs.is_empty() && matches!(rest, HashRest::Ignore) && n.rest().is_none()
            {
                HashRest::Forbid
            } else {
                rest
            };
            return Pattern::Hash {
                constant,
                pairs,
                rest,
            };
        }
        if let Some(n) = node.as_pinned_variable_node() {
            return Pattern::Value(self.node(&n.variable()));
        }
        if let Some(n) = node.as_pinned_expression_node() {
            return Pattern::Value(self.node(&n.expression()));
        }
        if let Some(n) = node.as_implicit_node() {
            return self.pattern(&n.value());
        }
        if let Some(n) = node.as_parentheses_node()
            && let Some(body) = n.body()
            && let Some(statements) = body.as_statements_node()
            && let Some(first) = statements.body().first()
        {
            return self.pattern(&first);
        }
        let at = loc(&node.location());
        let value = self.node(node);
        Pattern::Value(Node {
            loc: at,
            kind: value.kind,
        })
    }
}

/// Returns a pattern that matches only nil, for code that the parser refused.
fn never() -> Pattern {
    Pattern::Value(Node {
        loc: Loc::default(),
        kind: Kind::Nil,
    })
}
