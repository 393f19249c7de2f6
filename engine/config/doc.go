// Package config reads Tocsin's configuration files, says everything that is wrong with them, and builds
// from them what the engine works with.
//
// Load reads files and folders into a File and checks their shape; Build checks what they say together and
// makes a World of it; Open does both. None of them changes anything but what it returns, so a reload that
// fails leaves nothing behind. Every problem carries its file, line and column, and all are found in one go.
//
// A File can be printed as it is: secrets are of type Secret, which masks itself, and problems mask the
// values of secrets in the lines that they show.
//
// The package reads the files that it is told to, and those that *_file keys name. It reads the environment only
// through the function that it is given, and it talks to nobody.
package config
