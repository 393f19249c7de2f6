package rules

import "fmt"

func didYouMean(name string) string { return fmt.Sprintf("did you mean %q?", name) }
