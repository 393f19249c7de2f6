// Package layout gives configuration and test files one form: indentation by two spaces, lists further to the right than
// their keys, one space where there is white space between two things, no two blank lines in a row.
//
// It works on lines, not on a syntax tree, and changes nothing but white space: every comment, quote, anchor and key stays, in
// its order. Format proves that what it returns says the same, and refuses otherwise. It reads and writes no files.
package layout
