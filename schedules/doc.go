// Package schedules answers who is on call at an instant.
//
// A Schedule is built once from a Spec, which is plain data, and is then immutable and safe for
// concurrent use. It is made of rotations (participants who take turns), restrictions (the hours of
// the week in which a rotation is on call at all) and overrides (somebody else, for an interval). What
// comes out of the three together is the final schedule.
//
// The package is pure: it reads no clock, no file and no network, starts no goroutine, and imports
// nothing of this project. It embeds no time zone database either; a program that must not depend
// on the machine's imports time/tzdata.
//
// # Time
//
// Precision is one second; a fraction of a second belongs to the second that it is in. An interval
// contains its start and not its end.
//
// Hand-offs and restrictions are wall clock in the schedule's zone: 09:00 stays 09:00 when daylight saving
// time changes. A wall-clock time becomes an instant in one place, as RFC 5545 section 3.3.5 says: one that
// the clock skips is read with the offset before the gap (02:30 in New York in March becomes 03:30
// EDT), and one that the clock shows twice is its first occurrence. Whoever's hand-off comes later on the
// wall clock is on call where that rule would put two hand-offs out of order, so a rotation never has
// a gap or two turns at once.
//
// # Combining
//
// The rotations of a schedule combine as a union (everybody whom any rotation has on call) or as layers
// (the last listed rotation that has anybody on call hides those listed before it). A turn of Nobody is
// a gap in its rotation; in layers it lets the rotations below show through.
//
// Overrides apply to rotations, in the order in which they are listed and before the rotations are
// combined, so where two overlap the later listed one wins. Those of With count as listed after those of the Spec: whatever was
// arranged last wins over the file and over what was arranged before.
//
// # More
//
// Package draw draws a Timeline, package ical reads and writes calendars, package coverage proves that somebody would be
// reached, and package fairness counts who carries how much.
package schedules
