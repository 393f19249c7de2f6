// Package coverage proves, for every policy and every moment of a time to come, whether at least one person would be reached,
// how soon and over which channels, and says what is wrong, when and why.
//
// It does not sample. Who is on call changes only at finitely many instants; for an alert that comes in between two of them, shifted by
// the offsets of the steps, everything is the same, so one look at each such interval is a proof for all of it.
//
// Steps follow Tocsin's rules: a step fires its offset after the alert, and at once when the step before it reaches nobody. The
// package is pure, and knows policies and people only as the plain data given to it.
package coverage
