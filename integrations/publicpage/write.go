package publicpage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Write writes the files into a directory, which is made where it is missing. Each replaces the one before as a whole:
// whoever reads it meanwhile has the old one or the new one.
func Write(directory string, r Rendering) error {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return fmt.Errorf("status page: %w", err)
	}
	for _, name := range Names {
		if err := replace(filepath.Join(directory, name), r[name]); err != nil {
			return fmt.Errorf("status page: %w", err)
		}
	}
	return nil
}

func replace(path string, text []byte) (err error) {
	part, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part.Name()))
		}
	}()
	if _, err = part.Write(text); err == nil {
		err = part.Chmod(0o644) // a web server of another user reads it
	}
	if err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}
