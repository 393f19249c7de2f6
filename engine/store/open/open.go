// Package open opens the store that a URL names. It only knows which stores there are.
package open

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/bolt"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/store/redis"
)

const expected = "expected bolt:PATH, mem:, redis://HOST:PORT, rediss://…, redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST"

// Store is a store, and all of it at once.
type Store interface {
	store.Store
	store.Whole
}

// Kind is the kind of store that a URL names: bolt, redis, redis+cluster, …
func Kind(url string) string {
	kind, _, _ := strings.Cut(url, ":")
	return kind
}

// Open opens a store: bolt:PATH for one file, mem: for nothing that lasts, and the URLs of redis.ParseURL.
// The replica names this process in what is logged, which includes what makes the store unsafe. The Redis
// client, whose log belongs to the process, is told to log there too. No error and no line of the log
// shows a password of the URL.
func Open(ctx context.Context, url, replica string, log *slog.Logger) (Store, error) {
	return openURL(ctx, url, replica, false, log)
}

// ToRestore opens a store to restore a backup into it, which one that holds a part of it can be, too.
func ToRestore(ctx context.Context, url string, log *slog.Logger) (Store, error) {
	return openURL(ctx, url, "restore", true, log)
}

// Existing opens a store to make a backup of it. A file that is not there is not made.
func Existing(ctx context.Context, url string, log *slog.Logger) (Store, error) {
	if Kind(url) == "mem" {
		return nil, errors.New("the store mem: is in the memory of a server: ask that one")
	}
	if path, ok := strings.CutPrefix(url, "bolt:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no state to back up: %w", err)
		}
	}
	return openURL(ctx, url, "backup", false, log)
}

func openURL(ctx context.Context, url, replica string, toRestore bool, log *slog.Logger) (Store, error) {
	log = log.With("replica", replica)
	scheme, rest, ok := strings.Cut(url, ":")
	switch {
	case !ok:
		// What is no URL may be a password that was meant for another setting.
		return nil, errors.New("the store URL names no kind of store: " + expected)
	case scheme == "mem":
		if rest != "" {
			return nil, errors.New("the store URL mem: takes nothing after the colon")
		}
		log.Warn("the state is in memory only: it is lost when the process ends")
		return mem.New(time.Now), nil
	case scheme == "bolt":
		open := bolt.Open
		if toRestore {
			open = bolt.OpenToRestore
		}
		s, err := open(rest)
		if err != nil {
			return nil, err // not s, which would be a Store that is not nil
		}
		return s, nil
	case strings.HasPrefix(scheme, "redis"):
		goredis.SetLogger(clientLog{log})
		s, err := redis.Open(ctx, redis.Options{URL: url, Log: log, ToRestore: toRestore})
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	return nil, fmt.Errorf("the store URL begins with %q, which is no kind of store: %s", scheme[:min(len(scheme), 20)]+":", expected)
}

// clientLog takes the lines of the Redis client: details of connections that come and go. What matters of
// them reaches callers as errors.
type clientLog struct{ log *slog.Logger }

// Printf is what the client calls.
func (l clientLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "redis client", "message", fmt.Sprintf(format, v...))
}
