//! Lowers calls, their arguments and blocks, and parameters.

use std::rc::Rc;
use std::sync::Arc;

use ruby_prism::{ArgumentsNode, Node as Prism, NodeList, ParametersNode};

use super::{Lower, Names, ScopeKind, loc, sym};
use crate::ruby::ast::{Block, BlockArg, Call, CallSite, Kind, Loc, Node, Pair, Param, Params};
use crate::ruby::symbol::Sym;

/// A parameter as a bare `super` hands it on.
#[derive(Clone, Copy)]
pub(super) enum Passed {
    Positional(Sym),
    Splat(Sym),
    Keyword(Sym),
    KeywordSplat(Sym),
}

/// Arguments of a call, lowered.
#[derive(Default)]
pub(super) struct Given {
    pub args: Vec<Node>,
    pub keywords: Vec<Pair>,
    pub locs: Vec<Loc>,
    pub block: Option<BlockArg>,
}

/// Returns what a bare `super` in a method with these parameters passes.
pub(super) fn passed_by_super(params: &Params) -> Vec<Passed> {
    let mut passed = Vec::new();
    let positional = |passed: &mut Vec<Passed>, list: &[Param]| {
        for param in list {
            if let Param::Name(name, _) = param {
                passed.push(Passed::Positional(*name));
            }
        }
    };
    positional(&mut passed, &params.required);
    passed.extend(
        params
            .optional
            .iter()
            .map(|(name, _, _)| Passed::Positional(*name)),
    );
    if let Some(Some((name, _))) = params.rest {
        passed.push(Passed::Splat(name));
    }
    positional(&mut passed, &params.post);
    passed.extend(
        params
            .keywords
            .iter()
            .map(|(name, _, _)| Passed::Keyword(*name)),
    );
    if let Some(Some((name, _))) = params.keyword_rest {
        passed.push(Passed::KeywordSplat(name));
    }
    passed
}

impl Lower<'_> {
    /// Lowers the members of a hash or the keywords of a call.
    pub(super) fn pairs(&mut self, elements: &NodeList<'_>) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for element in elements {
            if let Some(assoc) = element.as_assoc_node() {
                pairs.push(Pair::Assoc(
                    self.node(&assoc.key()),
                    self.node(&assoc.value()),
                ));
            } else if let Some(splat) = element.as_assoc_splat_node() {
                let value = match splat.value() {
                    Some(value) => Some(self.node(&value)),
                    // `**` alone hands on the keywords of the method.
                    None => {
                        let name = Sym::new("**");
                        let slot = self.slot(name);
                        Some(Node {
                            loc: loc(&element.location()),
                            kind: Kind::Local(name, slot),
                        })
                    }
                };
                pairs.push(Pair::Splat(value));
            }
        }
        pairs
    }

    fn local(&mut self, name: Sym, at: Loc) -> Node {
        let slot = self.slot(name);
        Node {
            loc: at,
            kind: Kind::Local(name, slot),
        }
    }

    pub(super) fn given(&mut self, arguments: Option<ArgumentsNode<'_>>) -> Given {
        let mut given = Given::default();
        let Some(arguments) = arguments else {
            return given;
        };
        for argument in &arguments.arguments() {
            let at = loc(&argument.location());
            given.locs.push(at);
            if let Some(hash) = argument.as_keyword_hash_node() {
                given.keywords = self.pairs(&hash.elements());
            } else if argument.as_forwarding_arguments_node().is_some() {
                let rest = self.local(Sym::new("*"), at);
                given.args.push(Node {
                    loc: at,
                    kind: Kind::Splat(Some(Box::new(rest))),
                });
                let keywords = self.local(Sym::new("**"), at);
                given.keywords.push(Pair::Splat(Some(keywords)));
                given.block = Some(BlockArg::Current);
            } else if let Some(splat) = argument
                .as_splat_node()
                .filter(|splat| splat.expression().is_none())
            {
                let rest = self.local(Sym::new("*"), loc(&splat.location()));
                given.args.push(Node {
                    loc: at,
                    kind: Kind::Splat(Some(Box::new(rest))),
                });
            } else {
                let node = self.node(&argument);
                given.args.push(node);
            }
        }
        given
    }

    pub(super) fn block_arg(&mut self, block: Option<Prism<'_>>) -> Option<BlockArg> {
        let block = block?;
        if let Some(literal) = block.as_block_node() {
            let names = literal.locals().iter().map(|name| sym(&name)).collect();
            let at = loc(&literal.location());
            return Some(BlockArg::Literal(self.block(
                names,
                literal.parameters(),
                literal.body(),
                at,
            )));
        }
        let pass = block.as_block_argument_node()?;
        Some(match pass.expression() {
            Some(expression) => BlockArg::Pass(self.boxed(&expression)),
            None => BlockArg::Current,
        })
    }

    pub(super) fn site(&self, whole: Loc, name: Loc, args: Vec<Loc>) -> Rc<CallSite> {
        Rc::new(CallSite {
            file: Arc::clone(self.file),
            whole,
            name,
            args,
        })
    }

    pub(super) fn call_kind(&mut self, node: &Prism<'_>, at: Loc) -> Kind {
        if let Some(call) = node.as_call_node() {
            return self.call(&call, at);
        }
        if let Some(write) = node.as_match_write_node() {
            let call = self.call(&write.call(), at);
            let mut names = Vec::new();
            for target in &write.targets() {
                if let Some(target) = target.as_local_variable_target_node() {
                    let name = sym(&target.name());
                    names.push((name, self.slot(name)));
                }
            }
            let call = Node {
                loc: at,
                kind: call,
            };
            return Kind::MatchNames(Box::new(call), names);
        }
        if let Some(call) = node.as_yield_node() {
            let given = self.given(call.arguments());
            return Kind::Yield(self.plain_call(
                "yield",
                given,
                None,
                at,
                loc(&call.keyword_loc()),
            ));
        }
        if let Some(call) = node.as_super_node() {
            let given = self.given(call.arguments());
            let block = self.block_arg(call.block()).unwrap_or(BlockArg::Current);
            return Kind::Super(self.plain_call(
                "super",
                given,
                Some(block),
                at,
                loc(&call.keyword_loc()),
            ));
        }
        if let Some(call) = node.as_forwarding_super_node() {
            let mut given = Given::default();
            for passed in self.functions.last().cloned().unwrap_or_default() {
                match passed {
                    Passed::Positional(name) => {
                        let value = self.local(name, at);
                        given.args.push(value);
                    }
                    Passed::Splat(name) => {
                        let value = self.local(name, at);
                        given.args.push(Node {
                            loc: at,
                            kind: Kind::Splat(Some(Box::new(value))),
                        });
                    }
                    Passed::Keyword(name) => {
                        let key = Node {
                            loc: at,
                            kind: Kind::Symbol(name),
                        };
                        let value = self.local(name, at);
                        given.keywords.push(Pair::Assoc(key, value));
                    }
                    Passed::KeywordSplat(name) => {
                        let value = self.local(name, at);
                        given.keywords.push(Pair::Splat(Some(value)));
                    }
                }
            }
            let block = call.block().map(|block| block.as_node());
            let block = self.block_arg(block).unwrap_or(BlockArg::Current);
            return Kind::Super(self.plain_call(
                "super",
                given,
                Some(block),
                at,
                loc(&call.keyword_loc()),
            ));
        }
        self.unsupported(at, "this call")
    }

    fn plain_call(
        &mut self,
        name: &str,
        given: Given,
        block: Option<BlockArg>,
        at: Loc,
        name_loc: Loc,
    ) -> Box<Call> {
        let site = self.site(at, name_loc, given.locs);
        let block = match (given.block, block) {
            (Some(forwarded), None | Some(BlockArg::Current)) => forwarded,
            (_, Some(block)) => block,
            (None, None) => BlockArg::None,
        };
        Box::new(Call {
            receiver: None,
            safe: false,
            bare: false,
            own: true,
            name: Sym::new(name),
            args: given.args,
            keywords: given.keywords,
            block,
            site,
        })
    }

    fn call(&mut self, call: &ruby_prism::CallNode<'_>, at: Loc) -> Kind {
        let name = sym(&call.name());
        let receiver = call.receiver();
        let own = call.is_ignore_visibility() || receiver.is_none();
        let receiver = receiver.map(|node| self.node(&node));
        let given = self.given(call.arguments());
        let block = self
            .block_arg(call.block())
            .or(given.block)
            .unwrap_or(BlockArg::None);
        let name_loc = call.message_loc().map_or(at, |at| loc(&at));
        let bare = call.is_variable_call();
        let lowered = Box::new(Call {
            receiver,
            safe: call.is_safe_navigation(),
            bare,
            own,
            name,
            args: given.args,
            keywords: given.keywords,
            block,
            site: self.site(at, name_loc, given.locs),
        });
        if name.is("!") && lowered.args.is_empty() && lowered.receiver.is_some() {
            return Kind::Not(lowered);
        }
        if call.is_attribute_write() {
            return self.attribute_write(lowered);
        }
        Kind::Call(lowered)
    }

    pub(super) fn block(
        &mut self,
        names: Vec<Sym>,
        parameters: Option<Prism<'_>>,
        body: Option<Prism<'_>>,
        at: Loc,
    ) -> Rc<Block> {
        self.scopes.push(Names {
            names,
            kind: ScopeKind::Block,
        });
        self.loops.push(false);
        let params = self.block_params(parameters);
        let code = self.maybe(body, at);
        self.loops.pop();
        let names = self
            .scopes
            .pop()
            .map(|scope| scope.names)
            .unwrap_or_default();
        Rc::new(Block {
            params,
            locals: Rc::new(names),
            code,
            file: Arc::clone(self.file),
            loc: at,
        })
    }

    pub(super) fn block_of_statements(
        &mut self,
        statements: Option<ruby_prism::StatementsNode<'_>>,
        at: Loc,
    ) -> Rc<Block> {
        self.scopes.push(Names {
            names: Vec::new(),
            kind: ScopeKind::Block,
        });
        self.loops.push(false);
        let code = self.statements(statements, at);
        self.loops.pop();
        let names = self
            .scopes
            .pop()
            .map(|scope| scope.names)
            .unwrap_or_default();
        Rc::new(Block {
            params: Params::default(),
            locals: Rc::new(names),
            code,
            file: Arc::clone(self.file),
            loc: at,
        })
    }

    fn block_params(&mut self, parameters: Option<Prism<'_>>) -> Params {
        let Some(parameters) = parameters else {
            return Params::default();
        };
        if let Some(block) = parameters.as_block_parameters_node() {
            let mut params = match block.parameters() {
                Some(params) => self.params(&params),
                None => Params::default(),
            };
            params.given = true;
            for local in &block.locals() {
                if let Some(local) = local.as_block_local_variable_node() {
                    // Declared here, so that an outer variable is not meant.
                    let name = sym(&local.name());
                    if let Some(scope) = self.scopes.last_mut()
                        && !scope.names.contains(&name)
                    {
                        scope.names.push(name);
                    }
                }
            }
            return params;
        }
        let mut params = Params {
            given: true,
            ..Params::default()
        };
        if let Some(numbered) = parameters.as_numbered_parameters_node() {
            for number in 1..=numbered.maximum() {
                let name = Sym::new(&format!("_{number}"));
                let slot = self.own_slot(name);
                params.required.push(Param::Name(name, slot));
            }
        } else if parameters.as_it_parameters_node().is_some() {
            let name = Sym::new("it");
            let slot = self.own_slot(name);
            params.required.push(Param::Name(name, slot));
        }
        params
    }

    /// Returns the slot of a variable of the innermost scope.
    fn own_slot(&mut self, name: Sym) -> crate::ruby::ast::Slot {
        if let Some(scope) = self.scopes.last_mut()
            && !scope.names.contains(&name)
        {
            scope.names.push(name);
        }
        self.slot(name)
    }

    pub(super) fn params(&mut self, node: &ParametersNode<'_>) -> Params {
        let mut params = Params {
            given: true,
            ..Params::default()
        };
        for required in &node.requireds() {
            if let Some(param) = self.param(&required) {
                params.required.push(param);
            }
        }
        for optional in &node.optionals() {
            if let Some(optional) = optional.as_optional_parameter_node() {
                let name = sym(&optional.name());
                let slot = self.own_slot(name);
                params
                    .optional
                    .push((name, slot, self.node(&optional.value())));
            }
        }
        if let Some(rest) = node.rest() {
            if let Some(rest) = rest.as_rest_parameter_node() {
                let name = rest.name().map_or(Sym::new("*"), |name| sym(&name));
                params.rest = Some(Some((name, self.own_slot(name))));
            } else {
                params.trailing_comma = true;
            }
        }
        for post in &node.posts() {
            if let Some(param) = self.param(&post) {
                params.post.push(param);
            }
        }
        for keyword in &node.keywords() {
            if let Some(keyword) = keyword.as_required_keyword_parameter_node() {
                let name = sym(&keyword.name());
                let slot = self.own_slot(name);
                params.keywords.push((name, slot, None));
            } else if let Some(keyword) = keyword.as_optional_keyword_parameter_node() {
                let name = sym(&keyword.name());
                let slot = self.own_slot(name);
                let value = self.node(&keyword.value());
                params.keywords.push((name, slot, Some(value)));
            }
        }
        match node.keyword_rest() {
            Some(rest) if rest.as_keyword_rest_parameter_node().is_some() => {
                let name = rest
                    .as_keyword_rest_parameter_node()
                    .and_then(|rest| rest.name())
                    .map_or(Sym::new("**"), |name| sym(&name));
                params.keyword_rest = Some(Some((name, self.own_slot(name))));
            }
            Some(rest) if rest.as_forwarding_parameter_node().is_some() => {
                let star = Sym::new("*");
                params.rest = Some(Some((star, self.own_slot(star))));
                let stars = Sym::new("**");
                params.keyword_rest = Some(Some((stars, self.own_slot(stars))));
                params.block = Some(None);
            }
            Some(_) => params.no_keywords = true,
            None => {}
        }
        if let Some(block) = node
            .block()
            .and_then(|block| block.as_block_parameter_node())
        {
            params.block = Some(block.name().map(|name| {
                let name = sym(&name);
                (name, self.own_slot(name))
            }));
        }
        params
    }

    fn param(&mut self, node: &Prism<'_>) -> Option<Param> {
        if let Some(required) = node.as_required_parameter_node() {
            let name = sym(&required.name());
            return Some(Param::Name(name, self.own_slot(name)));
        }
        let multi = node.as_multi_target_node()?;
        Some(Param::Multi(self.multi_target(
            &multi.lefts(),
            multi.rest(),
            &multi.rights(),
        )))
    }
}
