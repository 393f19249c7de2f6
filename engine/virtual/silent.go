package virtual

import "time"

// Silent is an engine.Observer that counts nothing: who runs the engine in virtual time looks for itself.
type Silent struct{}

// Delivered implements deliver.Observer.
func (Silent) Delivered(string, string, time.Duration) {}

// Bundled implements deliver.Observer.
func (Silent) Bundled(int) {}

// Woken implements engine.Observer.
func (Silent) Woken(time.Duration) {}

// Unreachable implements engine.Observer.
func (Silent) Unreachable(int) {}

// Acked implements engine.Observer.
func (Silent) Acked(string, time.Duration) {}

// RuleErrors implements engine.Observer.
func (Silent) RuleErrors(string, int) {}

// HandedOff implements engine.Observer.
func (Silent) HandedOff(string) {}
