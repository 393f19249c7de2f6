// Package report computes figures from records: how fast alerts and incidents are taken up and ended, what that costs
// people, what is noise, and whether promises are kept. Records go in one at a time, in any order, and are not kept; a
// report comes out. Every number has one definition: see Definitions.
//
// It is pure: it reads no store and no clock. Package collect reads the records; what is drawn and written of a report
// is beside it.
package report
