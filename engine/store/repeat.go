package store

import "context"

type mayRepeat struct{}

// Repeatable marks the context of commits whose loss would only repeat something: a page that was claimed, a
// step that was taken. A store that waits for replicas before it reports a commit does not do so for these:
// people are paged even while there are too few replicas to take new alerts.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, mayRepeat{}, true)
}

// MayRepeat says whether the context was marked by Repeatable. It is for stores.
func MayRepeat(ctx context.Context) bool {
	marked, _ := ctx.Value(mayRepeat{}).(bool)
	return marked
}
