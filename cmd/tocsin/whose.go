package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// unreadable says why an integration cannot read a body.
type unreadable struct{ reason string }

func (u unreadable) Error() string { return u.reason }

// whose finds the integration that can read a body, by trying, and gives what it read: exactly one must be able to. Why
// the body is no event is in asEvent. What read returns is unreadable where the body is not that integration's.
func whose[T any](integrations []string, asEvent error, read func(integration string) ([]T, error)) (found []T, name string, err error) {
	var fit []string
	reasons := []string{"as an event: " + asEvent.Error()}
	for _, in := range integrations {
		list, err := read(in)
		var not unreadable
		switch {
		case err == nil && len(list) > 0:
			found, fit = list, append(fit, in)
		case errors.As(err, &not):
			reasons = append(reasons, not.reason)
		case err != nil:
			return nil, "", err
		}
	}
	slices.Sort(fit)
	switch len(fit) {
	case 1:
		return found, fit[0], nil
	case 0:
		return nil, "", fmt.Errorf("nothing here can read it:\n  %s", strings.Join(reasons, "\n  "))
	}
	return nil, "", fmt.Errorf("several integrations can read it: %s; say which with --integration", strings.Join(fit, ", "))
}
