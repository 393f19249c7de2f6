package redis

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// checkTTL is how long the keys of Check stay, in ms.
const checkTTL = 60_000

// findings are what is wrong with the settings of the servers.
type findings struct {
	fatal    []string
	warnings []string
}

// Check implements store.Store: it writes to every shard, and reads the settings of every server.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	var cmds []*goredis.Cmd
	for n := range s.keys.shards {
		cmds = append(cmds, command("set", s.keys.shards[n].check, "1", "px", checkTTL))
	}
	if err := s.get(ctx, s.slow, "check", cmds...); err != nil {
		return nil, err
	}
	found, err := s.inspect(ctx)
	if err != nil {
		return nil, err
	}
	return append(found.fatal, found.warnings...), nil
}

// inspect reads the settings of every server that keeps state.
func (s *Store) inspect(ctx context.Context) (findings, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errHangs)
	defer cancel()
	var mu sync.Mutex
	fatal, warnings := map[string]bool{}, map[string]bool{}
	one := func(ctx context.Context, c *goredis.Client) error {
		info, err := readSettings(ctx, c)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		warn := func(w string) { warnings[w] = true }
		info.judge(func(w string) { fatal[w] = true }, warn)
		info.judgeReplicas(s.replicas, warn)
		return nil
	}
	var err error
	switch c := s.client.(type) {
	case *goredis.ClusterClient:
		err = c.ForEachMaster(ctx, one)
	case *goredis.Client:
		err = one(ctx, c)
	}
	if err != nil {
		return findings{}, s.unavailable("read the settings", err)
	}
	return findings{slices.Sorted(maps.Keys(fatal)), slices.Sorted(maps.Keys(warnings))}, nil
}

// serverSettings are what INFO and CONFIG tell; what a provider forbids to read is "".
type serverSettings struct {
	info        map[string]string
	appendfsync string
}

// readSettings asks INFO first, which most providers allow, and CONFIG for the rest.
func readSettings(ctx context.Context, c *goredis.Client) (serverSettings, error) {
	var s serverSettings
	text, err := c.Info(ctx, "server", "memory", "persistence", "replication").Result()
	if err != nil && !refused(err) {
		return s, err
	}
	s.info = map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			s.info[name] = value
		}
	}
	config, err := c.ConfigGet(ctx, "appendfsync").Result()
	if err != nil && !refused(err) {
		return s, err
	}
	s.appendfsync = config["appendfsync"]
	return s, nil
}

// refused says that the server answered, but does not allow or know the command.
func refused(err error) bool {
	for _, prefix := range []string{"NOPERM", "ERR unknown command", "ERR unknown subcommand", "ERR command not allowed"} {
		if strings.HasPrefix(err.Error(), prefix) {
			return true
		}
	}
	return false
}

func (s serverSettings) judge(fatal, warn func(string)) {
	policy, limit := s.info["maxmemory_policy"], s.info["maxmemory"]
	switch {
	case policy == "":
		warn("maxmemory-policy could not be read (INFO is not allowed): it must be noeviction, or alerts may vanish when memory is full")
	case policy != "noeviction" && limit != "0":
		fatal(fmt.Sprintf("maxmemory-policy is %s with maxmemory %s: alerts would vanish when memory is full; set maxmemory-policy noeviction", policy, limit))
	case policy != "noeviction":
		warn(fmt.Sprintf("maxmemory-policy is %s: harmless without maxmemory, but alerts would vanish once one is set; set maxmemory-policy noeviction", policy))
	}
	switch s.info["aof_enabled"] {
	case "":
		warn("appendonly could not be read (INFO is not allowed): without an append-only file a restart loses alerts")
	case "0":
		warn("appendonly is no: a restart of the server loses the alerts since its last snapshot; set appendonly yes")
	default:
		switch s.appendfsync {
		case "":
			warn("appendfsync could not be read (CONFIG is not allowed): with no, a power cut loses some 30 s of alerts")
		case "no":
			warn("appendfsync is no: a power cut loses some 30 s of alerts; set appendfsync everysec or always")
		}
	}
	if role := s.info["role"]; role == "slave" || role == "replica" {
		warn("the server is a replica: writing to it fails or is lost; give the address of its primary")
	}
}

func (s serverSettings) judgeReplicas(wanted int, warn func(string)) {
	if n, err := strconv.Atoi(s.info["connected_slaves"]); err == nil && n < wanted {
		warn(fmt.Sprintf("wait_replicas is %d, but only %d replicas of Redis are connected: no new alert and no acknowledgement is accepted until there are enough; mend them, or lower wait_replicas", wanted, n))
	}
}
