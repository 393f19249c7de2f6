//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// own gives a file the owner and the group of another one.
func own(file *os.File, of fs.FileInfo) error {
	mine, err := file.Stat()
	if err != nil {
		return err
	}
	a, ok1 := mine.Sys().(*syscall.Stat_t)
	b, ok2 := of.Sys().(*syscall.Stat_t)
	if !ok1 || !ok2 || a.Uid == b.Uid && a.Gid == b.Gid {
		return nil
	}
	return file.Chown(int(b.Uid), int(b.Gid))
}
