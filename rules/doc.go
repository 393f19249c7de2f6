// Package rules is the routing language: it decides which team and escalation
// policy an event goes to, and what is changed about the event on the way.
//
// Rules are compiled and type-checked once, by [Compile], which reports every
// mistake it finds as a [Problem] with the place and, where it can, a
// suggestion. The [Router] that it returns is immutable and safe for use by
// many goroutines.
//
// Conditions are written in expr (https://expr-lang.org) over the fields of an
// [Event], with functions of our own and named lists; [Fields], [Functions] and
// [Builtins] tell all of them. What an evaluation may do is bounded by the package budget.
// [Lint] finds rules that compile and can hardly be meant.
//
// # How an event is decided
//
// The global rules are tried in order. A rule that matches applies what it sets;
// the first one without Continue ends the search. If it names a team (or, where it
// names nothing, the event has a team by then), that team's routes are tried in
// the same way and choose the policy; then the team's default policy stands in.
// What is still undecided goes to the fallback policy. So does an event for which the condition of a rule
// fails while it runs: see doubt.go. The failure is reported in [Decision.Errors].
//
// # How rules are found
//
// Not every rule is tried on every event. From each condition an index takes one
// property that an event must have for the condition to be true or to fail (see index_keys.go), and lists the rule under
// it; a lookup of what the event has then leaves over the rules that are
// tried, in their order. Conditions are left to expr's virtual machine only where
// there is no matcher for them that gives the same (see term.go). [Router.Explain] uses
// neither, and a property test holds [Router.Route] against it.
//
// # What it may not do
//
// Evaluation does no I/O, reads no clock (the moment is an argument) and holds no
// state between events. The package imports nothing of this project. It does not know which teams and policies
// exist; whoever builds the [Spec] checks that.
package rules
