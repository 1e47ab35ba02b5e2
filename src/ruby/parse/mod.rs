//! Text to tree: the only user of `ruby_prism`. Lowers its nodes, which borrow
//! from the parse, to our owned ones, and resolves local variables on the way.
//! Faults of syntax, and what rove's Ruby does not have, are reported here,
//! once, with their place.
//!
//! `calls` lowers calls and blocks, `define` methods and classes, `assign` assignments, `patterns` patterns; `slips` finds what was forgotten in a text that is no Ruby.

mod assign;
mod calls;
mod define;
mod patterns;
mod slips;

use std::rc::Rc;
use std::sync::Arc;

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;
use ruby_prism::{ConstantId, Location, Node as Prism, NodeList, StatementsNode};

use crate::ruby::ast::{Begin, Body, Case, Kind, Loc, Node, RegexpFlags, Rescue, Slot, While};
use crate::ruby::error::Problem;
use crate::ruby::symbol::Sym;
use crate::source::{SourceFile, Span};

/// Expressions inside each other, beyond which a file is refused.
const DEPTH: usize = 1_500;
/// Bytes that a file may have.
const SIZE: usize = 8 << 20;

/// Parses a file, or text inside code with the variables `outer` (innermost
/// scope first).
pub(in crate::ruby) fn file(
    file: &Arc<SourceFile>,
    outer: &[Vec<Sym>],
) -> Result<Body, Vec<Problem>> {
    if file.text.len() > SIZE {
        return Err(vec![Problem {
            message: "the file is too large".to_owned(),
            span: Span::new(file, 0, 0),
            hint: None,
        }]);
    }
    // The parser recurses; a stack in proportion to the text is always enough.
    let stack = (32 << 20) + file.text.len() * 512;
    stacker::grow(stack, || parse(file, outer))
}

/// Returns what follows `__END__`.
pub(in crate::ruby) fn data_section(file: &SourceFile) -> Option<&str> {
    if let Some(rest) = file.text.strip_prefix("__END__\n") {
        return Some(rest);
    }
    file.text.split_once("\n__END__\n").map(|(_, data)| data)
}

fn parse(file: &Arc<SourceFile>, outer: &[Vec<Sym>]) -> Result<Body, Vec<Problem>> {
    let scopes = outer.iter().rev().map(|names| {
        let locals = names
            .iter()
            .map(|name| name.name().as_bytes().to_vec())
            .collect();
        ruby_prism::Scope::default().locals(locals)
    });
    // `partial_script` lets `yield`, `next` and the like stand in evaluated text.
    let options = ruby_prism::Options::default()
        .version(ruby_prism::Version::CRuby3_3)
        .partial_script(!outer.is_empty())
        .scopes(scopes.collect())
        .build();
    let result = ruby_prism::parse_with_options(file.text.as_bytes(), &options);
    let mut problems: Vec<Problem> = result
        .errors()
        .map(|error| {
            let at = error.location();
            Problem {
                message: String::from_utf8_lossy(error.message()).into_owned(),
                span: Span::new(file, at.start(), at.end()),
                hint: None,
            }
        })
        .collect();
    if !problems.is_empty() {
        problems[0].hint = slips::likely(file, &problems);
        problems.truncate(20);
        return Err(problems);
    }
    let frozen = result.magic_comments().any(|comment| {
        comment.key().eq_ignore_ascii_case(b"frozen_string_literal")
            && comment.value().eq_ignore_ascii_case(b"true")
    });
    let mut lower = Lower {
        file,
        scopes: outer
            .iter()
            .rev()
            .map(|names| Names {
                names: names.clone(),
                kind: ScopeKind::Block,
            })
            .collect(),
        loops: vec![false],
        problems: Vec::new(),
        depth: 0,
        frozen,
        next_flip_flop: 0,
        functions: Vec::new(),
    };
    let root = result.node();
    let Some(program) = root.as_program_node() else {
        return Err(vec![lower.problem_at(0, 0, "the file is not a program")]);
    };
    let kind = if outer.is_empty() {
        ScopeKind::Body
    } else {
        ScopeKind::Block
    };
    lower.scopes.push(Names {
        // In evaluated text the parser counts the variables around it as its own.
        names: program
            .locals()
            .iter()
            .map(|name| sym(&name))
            .filter(|name| !outer.iter().any(|known| known.contains(name)))
            .collect(),
        kind,
    });
    let code = lower.statements(Some(program.statements()), Loc::default());
    let names = lower
        .scopes
        .pop()
        .map(|scope| scope.names)
        .unwrap_or_default();
    if lower.problems.is_empty() {
        Ok(Body {
            locals: Rc::new(names),
            code,
            file: Arc::clone(file),
        })
    } else {
        Err(lower.problems)
    }
}

/// What a scope of variables belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ScopeKind {
    /// A file, class or method: sees no outer variables.
    Body,
    /// A block.
    Block,
}

struct Names {
    names: Vec<Sym>,
    kind: ScopeKind,
}

/// Lowers one file.
struct Lower<'f> {
    file: &'f Arc<SourceFile>,
    scopes: Vec<Names>,
    /// Whether the innermost of `while` and block is a `while`.
    loops: Vec<bool>,
    problems: Vec<Problem>,
    depth: usize,
    frozen: bool,
    next_flip_flop: u32,
    /// Parameters of the methods around, for a bare `super`.
    functions: Vec<Vec<calls::Passed>>,
}

fn sym(name: &ConstantId<'_>) -> Sym {
    Sym::new(&String::from_utf8_lossy(name.as_slice()))
}

fn loc(at: &Location<'_>) -> Loc {
    Loc {
        start: at.start(),
        end: at.end(),
    }
}

impl Lower<'_> {
    fn problem_at(&self, start: u32, end: u32, message: &str) -> Problem {
        Problem {
            message: message.to_owned(),
            span: Span::new(self.file, start, end),
            hint: None,
        }
    }

    fn unsupported(&mut self, at: Loc, what: &str) -> Kind {
        let problem = self.problem_at(at.start, at.end, &format!("{what} is not supported"));
        self.problems.push(problem);
        Kind::Nil
    }

    /// Returns the slot of a variable, which is made if it is not there.
    fn slot(&mut self, name: Sym) -> Slot {
        let mut depth = 0;
        for scope in self.scopes.iter().rev() {
            if let Some(index) = scope.names.iter().position(|n| *n == name) {
                return Slot {
                    depth,
                    index: index as u16,
                };
            }
            if scope.kind == ScopeKind::Body {
                break;
            }
            depth += 1;
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.names.push(name);
            return Slot {
                depth: 0,
                index: (scope.names.len() - 1) as u16,
            };
        }
        Slot { depth: 0, index: 0 }
    }

    fn statements(&mut self, statements: Option<StatementsNode<'_>>, at: Loc) -> Node {
        let Some(statements) = statements else {
            return Node {
                loc: at,
                kind: Kind::Nil,
            };
        };
        let at = loc(&statements.location());
        // `BEGIN` runs before anything else.
        let early = |node: &Prism<'_>| node.as_pre_execution_node().is_some();
        let body = statements.body();
        let ordered = body
            .iter()
            .filter(early)
            .chain(body.iter().filter(|node| !early(node)));
        let mut nodes: Vec<Node> = ordered.map(|node| self.node(&node)).collect();
        match nodes.len() {
            0 => Node {
                loc: at,
                kind: Kind::Nil,
            },
            1 => nodes.remove(0),
            _ => Node {
                loc: at,
                kind: Kind::Seq(nodes),
            },
        }
    }

    fn nodes(&mut self, list: &NodeList<'_>) -> Vec<Node> {
        list.iter().map(|node| self.node(&node)).collect()
    }

    fn boxed(&mut self, node: &Prism<'_>) -> Box<Node> {
        Box::new(self.node(node))
    }

    fn maybe(&mut self, node: Option<Prism<'_>>, at: Loc) -> Node {
        match node {
            Some(node) => self.node(&node),
            None => Node {
                loc: at,
                kind: Kind::Nil,
            },
        }
    }

    fn node(&mut self, node: &Prism<'_>) -> Node {
        let at = loc(&node.location());
        if self.depth >= DEPTH {
            if self.problems.is_empty() {
                let problem = self.problem_at(at.start, at.end, "the code is nested too deeply");
                self.problems.push(problem);
            }
            return Node {
                loc: at,
                kind: Kind::Nil,
            };
        }
        self.depth += 1;
        let kind = self.kind(node, at);
        self.depth -= 1;
        Node { loc: at, kind }
    }

    fn body(&mut self, names: Vec<Sym>, body: Option<Prism<'_>>, at: Loc) -> Rc<Body> {
        self.scopes.push(Names {
            names,
            kind: ScopeKind::Body,
        });
        self.loops.push(false);
        let code = self.maybe(body, at);
        self.loops.pop();
        let names = self
            .scopes
            .pop()
            .map(|scope| scope.names)
            .unwrap_or_default();
        Rc::new(Body {
            locals: Rc::new(names),
            code,
            file: Arc::clone(self.file),
        })
    }

    fn kind(&mut self, node: &Prism<'_>, at: Loc) -> Kind {
        match node {
            Prism::NilNode { .. } => Kind::Nil,
            Prism::TrueNode { .. } => Kind::True,
            Prism::FalseNode { .. } => Kind::False,
            Prism::SelfNode { .. } => Kind::Myself,
            Prism::IntegerNode { .. } => node
                .as_integer_node()
                .map_or(Kind::Nil, |n| integer(&n.value())),
            Prism::FloatNode { .. } => node
                .as_float_node()
                .map_or(Kind::Nil, |n| Kind::Float(n.value())),
            Prism::RationalNode { .. } => node.as_rational_node().map_or(Kind::Nil, |n| {
                Kind::Rational(Rc::new(big(&n.numerator())), Rc::new(big(&n.denominator())))
            }),
            Prism::StringNode { .. } => node.as_string_node().map_or(Kind::Nil, |n| Kind::Str {
                bytes: Rc::from(n.unescaped()),
                frozen: self.frozen,
            }),
            Prism::SymbolNode { .. } => node.as_symbol_node().map_or(Kind::Nil, |n| {
                Kind::Symbol(Sym::new(&String::from_utf8_lossy(n.unescaped())))
            }),
            Prism::XStringNode { .. } => node.as_x_string_node().map_or(Kind::Nil, |n| {
                Kind::XStr(vec![Node {
                    loc: at,
                    kind: Kind::Str {
                        bytes: Rc::from(n.unescaped()),
                        frozen: false,
                    },
                }])
            }),
            Prism::InterpolatedStringNode { .. } => node
                .as_interpolated_string_node()
                .map_or(Kind::Nil, |n| Kind::DStr(self.nodes(&n.parts()))),
            Prism::InterpolatedXStringNode { .. } => node
                .as_interpolated_x_string_node()
                .map_or(Kind::Nil, |n| Kind::XStr(self.nodes(&n.parts()))),
            Prism::InterpolatedSymbolNode { .. } => node
                .as_interpolated_symbol_node()
                .map_or(Kind::Nil, |n| Kind::DSymbol(self.nodes(&n.parts()))),
            Prism::EmbeddedStatementsNode { .. } => node
                .as_embedded_statements_node()
                .map_or(Kind::Nil, |n| self.statements(n.statements(), at).kind),
            Prism::EmbeddedVariableNode { .. } => node
                .as_embedded_variable_node()
                .map_or(Kind::Nil, |n| self.node(&n.variable()).kind),
            Prism::RegularExpressionNode { .. } => {
                node.as_regular_expression_node().map_or(Kind::Nil, |n| {
                    let flags = RegexpFlags {
                        ignore_case: n.is_ignore_case(),
                        extended: n.is_extended(),
                        multi_line: n.is_multi_line(),
                    };
                    Kind::Regexp(Rc::from(&*String::from_utf8_lossy(n.unescaped())), flags)
                })
            }
            Prism::InterpolatedRegularExpressionNode { .. } => node
                .as_interpolated_regular_expression_node()
                .map_or(Kind::Nil, |n| {
                    let flags = RegexpFlags {
                        ignore_case: n.is_ignore_case(),
                        extended: n.is_extended(),
                        multi_line: n.is_multi_line(),
                    };
                    Kind::DRegexp(self.nodes(&n.parts()), flags)
                }),
            Prism::ArrayNode { .. } => node
                .as_array_node()
                .map_or(Kind::Nil, |n| Kind::Array(self.nodes(&n.elements()))),
            Prism::HashNode { .. } => node
                .as_hash_node()
                .map_or(Kind::Nil, |n| Kind::Hash(self.pairs(&n.elements()))),
            Prism::KeywordHashNode { .. } => node
                .as_keyword_hash_node()
                .map_or(Kind::Nil, |n| Kind::Hash(self.pairs(&n.elements()))),
            Prism::ImplicitNode { .. } => node
                .as_implicit_node()
                .map_or(Kind::Nil, |n| self.node(&n.value()).kind),
            Prism::RangeNode { .. } => node.as_range_node().map_or(Kind::Nil, |n| Kind::Range {
                from: n.left().map(|n| self.boxed(&n)),
                to: n.right().map(|n| self.boxed(&n)),
                exclusive: n.is_exclude_end(),
            }),
            Prism::SplatNode { .. } => node.as_splat_node().map_or(Kind::Nil, |n| {
                Kind::Splat(n.expression().map(|n| self.boxed(&n)))
            }),
            Prism::ParenthesesNode { .. } => node
                .as_parentheses_node()
                .map_or(Kind::Nil, |n| self.maybe(n.body(), at).kind),
            Prism::StatementsNode { .. } => self.statements(node.as_statements_node(), at).kind,
            Prism::LocalVariableReadNode { .. } => {
                node.as_local_variable_read_node().map_or(Kind::Nil, |n| {
                    let name = sym(&n.name());
                    Kind::Local(name, self.slot(name))
                })
            }
            Prism::ItLocalVariableReadNode { .. } => {
                let name = Sym::new("it");
                Kind::Local(name, self.slot(name))
            }
            Prism::InstanceVariableReadNode { .. } => node
                .as_instance_variable_read_node()
                .map_or(Kind::Nil, |n| Kind::InstanceVar(sym(&n.name()))),
            Prism::ClassVariableReadNode { .. } => node
                .as_class_variable_read_node()
                .map_or(Kind::Nil, |n| Kind::ClassVar(sym(&n.name()))),
            Prism::GlobalVariableReadNode { .. } => node
                .as_global_variable_read_node()
                .map_or(Kind::Nil, |n| Kind::GlobalVar(sym(&n.name()))),
            Prism::ConstantReadNode { .. } => node
                .as_constant_read_node()
                .map_or(Kind::Nil, |n| Kind::Const(sym(&n.name()))),
            Prism::ConstantPathNode { .. } => node.as_constant_path_node().map_or(Kind::Nil, |n| {
                let name = n.name().map_or(Sym::new(""), |name| sym(&name));
                Kind::ConstPath(n.parent().map(|n| self.boxed(&n)), name)
            }),
            Prism::NumberedReferenceReadNode { .. } => node
                .as_numbered_reference_read_node()
                .map_or(Kind::Nil, |n| Kind::NthMatch(n.number())),
            Prism::BackReferenceReadNode { .. } => {
                node.as_back_reference_read_node().map_or(Kind::Nil, |n| {
                    let name = String::from_utf8_lossy(n.name().as_slice()).into_owned();
                    Kind::MatchPart(name.chars().nth(1).unwrap_or('&'))
                })
            }
            Prism::AndNode { .. } => node.as_and_node().map_or(Kind::Nil, |n| {
                Kind::And(self.boxed(&n.left()), self.boxed(&n.right()))
            }),
            Prism::OrNode { .. } => node.as_or_node().map_or(Kind::Nil, |n| {
                Kind::Or(self.boxed(&n.left()), self.boxed(&n.right()))
            }),
            Prism::DefinedNode { .. } => node
                .as_defined_node()
                .map_or(Kind::Nil, |n| Kind::Defined(self.boxed(&n.value()))),
            Prism::IfNode { .. } => node.as_if_node().map_or(Kind::Nil, |n| {
                let condition = self.condition(&n.predicate());
                let yes = self.statements(n.statements(), at);
                let no = self.maybe(n.subsequent(), at);
                Kind::If(Box::new((condition, yes, no)))
            }),
            Prism::UnlessNode { .. } => node.as_unless_node().map_or(Kind::Nil, |n| {
                let condition = self.condition(&n.predicate());
                let no = self.statements(n.statements(), at);
                let yes = match n.else_clause() {
                    Some(otherwise) => self.statements(otherwise.statements(), at),
                    None => Node {
                        loc: at,
                        kind: Kind::Nil,
                    },
                };
                Kind::If(Box::new((condition, yes, no)))
            }),
            Prism::ElseNode { .. } => node
                .as_else_node()
                .map_or(Kind::Nil, |n| self.statements(n.statements(), at).kind),
            Prism::WhileNode { .. } => node.as_while_node().map_or(Kind::Nil, |n| {
                self.while_loop(
                    &n.predicate(),
                    n.statements(),
                    false,
                    n.is_begin_modifier(),
                    at,
                )
            }),
            Prism::UntilNode { .. } => node.as_until_node().map_or(Kind::Nil, |n| {
                self.while_loop(
                    &n.predicate(),
                    n.statements(),
                    true,
                    n.is_begin_modifier(),
                    at,
                )
            }),
            Prism::ForNode { .. } => node.as_for_node().map_or(Kind::Nil, |n| {
                let collection = self.node(&n.collection());
                let target = self.target(&n.index());
                self.loops.push(true);
                let body = self.statements(n.statements(), at);
                self.loops.pop();
                Kind::For(Box::new((target, collection, body)))
            }),
            Prism::CaseNode { .. } => node.as_case_node().map_or(Kind::Nil, |n| {
                let subject = n.predicate().map(|n| self.node(&n));
                let mut whens = Vec::new();
                for when in &n.conditions() {
                    if let Some(when) = when.as_when_node() {
                        let conditions = self.nodes(&when.conditions());
                        whens.push((conditions, self.statements(when.statements(), at)));
                    }
                }
                let otherwise = match n.else_clause() {
                    Some(otherwise) => self.statements(otherwise.statements(), at),
                    None => Node {
                        loc: at,
                        kind: Kind::Nil,
                    },
                };
                Kind::Case(Box::new(Case {
                    subject,
                    whens,
                    otherwise,
                }))
            }),
            Prism::CaseMatchNode { .. }
            | Prism::MatchPredicateNode { .. }
            | Prism::MatchRequiredNode { .. } => self.pattern_match(node, at),
            Prism::BeginNode { .. } => node
                .as_begin_node()
                .map_or(Kind::Nil, |n| self.begin(&n, at)),
            Prism::RescueModifierNode { .. } => {
                node.as_rescue_modifier_node().map_or(Kind::Nil, |n| {
                    Kind::Begin(Box::new(Begin {
                        body: self.node(&n.expression()),
                        rescues: vec![Rescue {
                            classes: Vec::new(),
                            target: None,
                            body: self.node(&n.rescue_expression()),
                        }],
                        otherwise: None,
                        ensure: None,
                    }))
                })
            }
            Prism::ReturnNode { .. } => node
                .as_return_node()
                .map_or(Kind::Nil, |n| Kind::Return(self.jump_value(n.arguments()))),
            Prism::BreakNode { .. } => node.as_break_node().map_or(Kind::Nil, |n| Kind::Break {
                value: self.jump_value(n.arguments()),
                in_loop: self.in_loop(),
            }),
            Prism::NextNode { .. } => node.as_next_node().map_or(Kind::Nil, |n| Kind::Next {
                value: self.jump_value(n.arguments()),
                in_loop: self.in_loop(),
            }),
            Prism::RedoNode { .. } => Kind::Redo,
            Prism::RetryNode { .. } => Kind::Retry,
            Prism::DefNode { .. } => node.as_def_node().map_or(Kind::Nil, |n| self.def(&n, at)),
            Prism::ClassNode { .. } => node.as_class_node().map_or(Kind::Nil, |n| {
                let superclass = n.superclass().map(|n| self.node(&n));
                let names = n.locals().iter().map(|name| sym(&name)).collect();
                self.class_def(&n.constant_path(), superclass, names, n.body(), at)
                    .map_or(Kind::Nil, |def| Kind::Class(Box::new(def)))
            }),
            Prism::ModuleNode { .. } => node.as_module_node().map_or(Kind::Nil, |n| {
                let names = n.locals().iter().map(|name| sym(&name)).collect();
                self.class_def(&n.constant_path(), None, names, n.body(), at)
                    .map_or(Kind::Nil, |def| Kind::Module(Box::new(def)))
            }),
            Prism::SingletonClassNode { .. } => {
                node.as_singleton_class_node().map_or(Kind::Nil, |n| {
                    let object = self.node(&n.expression());
                    let names = n.locals().iter().map(|name| sym(&name)).collect();
                    let body = self.body(names, n.body(), at);
                    Kind::Singleton(Box::new((object, body)))
                })
            }
            Prism::AliasMethodNode { .. } => node.as_alias_method_node().map_or(Kind::Nil, |n| {
                Kind::Alias(Box::new((
                    self.node(&n.new_name()),
                    self.node(&n.old_name()),
                )))
            }),
            Prism::AliasGlobalVariableNode { .. } => {
                node.as_alias_global_variable_node().map_or(Kind::Nil, |n| {
                    let name = |node: &Prism<'_>| {
                        Sym::new(&String::from_utf8_lossy(node.location().as_slice()))
                    };
                    Kind::AliasGlobal(name(&n.new_name()), name(&n.old_name()))
                })
            }
            Prism::UndefNode { .. } => node
                .as_undef_node()
                .map_or(Kind::Nil, |n| Kind::Undef(self.nodes(&n.names()))),
            Prism::LambdaNode { .. } => node.as_lambda_node().map_or(Kind::Nil, |n| {
                let names = n.locals().iter().map(|name| sym(&name)).collect();
                Kind::Lambda(self.block(names, n.parameters(), n.body(), at))
            }),
            Prism::FlipFlopNode { .. } => node.as_flip_flop_node().map_or(Kind::Nil, |n| {
                self.next_flip_flop += 1;
                let id = self.next_flip_flop;
                match (n.left(), n.right()) {
                    (Some(left), Some(right)) => Kind::FlipFlop {
                        id,
                        from: self.boxed(&left),
                        to: self.boxed(&right),
                        exclusive: n.is_exclude_end(),
                    },
                    _ => self.unsupported(at, "a flip-flop without an end"),
                }
            }),
            Prism::SourceFileNode { .. } => Kind::File,
            Prism::SourceLineNode { .. } => Kind::Line(self.file.line(at.start)),
            Prism::SourceEncodingNode { .. } => Kind::Encoding,
            Prism::PreExecutionNode { .. } => node
                .as_pre_execution_node()
                .map_or(Kind::Nil, |n| self.statements(n.statements(), at).kind),
            Prism::PostExecutionNode { .. } => {
                node.as_post_execution_node().map_or(Kind::Nil, |n| {
                    Kind::AtExit(self.block_of_statements(n.statements(), at))
                })
            }
            Prism::ShareableConstantNode { .. } => node
                .as_shareable_constant_node()
                .map_or(Kind::Nil, |n| self.node(&n.write()).kind),
            Prism::CallNode { .. }
            | Prism::SuperNode { .. }
            | Prism::ForwardingSuperNode { .. }
            | Prism::YieldNode { .. }
            | Prism::MatchWriteNode { .. } => self.call_kind(node, at),
            _ => self.assignment(node, at),
        }
    }

    fn in_loop(&self) -> bool {
        self.loops.last().copied().unwrap_or(false)
    }

    /// Lowers a condition, in which a bare regular expression matches `$_`.
    fn condition(&mut self, node: &Prism<'_>) -> Node {
        self.node(node)
    }

    fn while_loop(
        &mut self,
        predicate: &Prism<'_>,
        statements: Option<StatementsNode<'_>>,
        until: bool,
        body_first: bool,
        at: Loc,
    ) -> Kind {
        let condition = self.condition(predicate);
        self.loops.push(true);
        let body = self.statements(statements, at);
        self.loops.pop();
        Kind::While(Box::new(While {
            condition,
            until,
            body_first,
            body,
        }))
    }

    fn jump_value(
        &mut self,
        arguments: Option<ruby_prism::ArgumentsNode<'_>>,
    ) -> Option<Box<Node>> {
        let arguments = arguments?;
        let at = loc(&arguments.location());
        let mut nodes = self.nodes(&arguments.arguments());
        let single =
            nodes.len() == 1 && !matches!(nodes.first().map(|n| &n.kind), Some(Kind::Splat(_)));
        if single {
            return nodes.pop().map(Box::new);
        }
        Some(Box::new(Node {
            loc: at,
            kind: Kind::Array(nodes),
        }))
    }
}

fn big(number: &ruby_prism::Integer<'_>) -> BigInt {
    let (negative, digits) = number.to_u32_digits();
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    BigInt::from_slice(sign, digits)
}

fn integer(number: &ruby_prism::Integer<'_>) -> Kind {
    let number = big(number);
    match number.to_i64() {
        Some(small) => Kind::Int(small),
        None => Kind::Big(Rc::new(number)),
    }
}
