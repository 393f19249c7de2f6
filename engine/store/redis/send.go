package redis

import (
	"context"
	"errors"
	"slices"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/engine/store/internal/gather"
)

// once is a command that the client must not send again by itself. When the connection breaks after a
// commit was sent, nobody knows whether it was applied; sent again it would answer that its own first
// application conflicts. So the error goes to the caller, who loads again. Redirections of a Cluster are
// still followed: their command was not run.
type once struct{ *goredis.Cmd }

// NoRetry is what the client asks.
func (once) NoRetry() bool { return true }

func command(args ...any) *goredis.Cmd { return goredis.NewCmd(context.Background(), args...) }

// errHangs is why a call ended that Redis did not answer in time.
var errHangs = errors.New("no answer in time")

// do sends commands in the next pipeline with a free connection, and returns when all have been answered or
// have failed by themselves; what each said is then in it. An error means that nothing is known of any.
func (s *Store) do(ctx context.Context, q *gather.Queue[goredis.Cmder], bytes int, cmds ...*goredis.Cmd) error {
	items := make([]goredis.Cmder, len(cmds))
	for i, c := range cmds {
		items[i] = once{c}
	}
	bounded, cancel := context.WithTimeoutCause(ctx, patience, errHangs)
	defer cancel()
	err := q.Do(bounded, bytes, items...)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		return errHangs
	}
	return err
}

// get is do for commands that must all succeed.
func (s *Store) get(ctx context.Context, q *gather.Queue[goredis.Cmder], doing string, cmds ...*goredis.Cmd) error {
	if err := s.do(ctx, q, 0, cmds...); err != nil {
		return s.unavailable(doing, err)
	}
	for _, c := range cmds {
		if err := c.Err(); err != nil && !errors.Is(err, goredis.Nil) {
			return s.unavailable(doing, err)
		}
	}
	return nil
}

// send runs one pipeline, and waits for the replicas that the URL asks for where it writes.
func (s *Store) send(batch []goredis.Cmder) {
	if s.replicas > 0 && slices.ContainsFunc(batch, writes) {
		s.run(batch, s.execAndWait)
		return
	}
	s.run(batch, s.exec)
}

// sendHere is send that waits for no replica.
func (s *Store) sendHere(batch []goredis.Cmder) { s.run(batch, s.exec) }

// run runs one pipeline. A server that has restarted or taken over does not know the scripts: those commands
// were not run, and go again with their text.
func (s *Store) run(batch []goredis.Cmder, exec func([]goredis.Cmder)) {
	exec(batch)
	var again []goredis.Cmder
	for _, c := range batch {
		if err := c.Err(); err != nil && strings.HasPrefix(err.Error(), "NOSCRIPT") && withText(c) {
			again = append(again, c)
		}
	}
	if len(again) > 0 {
		exec(again)
	}
}

func (s *Store) exec(batch []goredis.Cmder) {
	// Each command has its own error, and is bounded by the time-outs of the network.
	ctx := context.Background()
	p := s.client.Pipeline()
	for _, c := range batch {
		c.SetErr(nil)
		_ = p.Process(ctx, c)
	}
	_, _ = p.Exec(ctx)
}
