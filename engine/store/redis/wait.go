package redis

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// writes says whether a command changes what must survive a fail-over.
func writes(c goredis.Cmder) bool {
	args := c.Args()
	switch args[0] {
	case "hincrby", "hsetnx":
		return true
	case "evalsha":
		return args[1] == commitScript.hash
	case "eval":
		return args[1] == commitScript.text
	}
	return false
}

// redirections bounds how often commands follow slots that move to other nodes.
const redirections = 3

// execAndWait is exec with a WAIT behind it on the same connection: what was written there counts only when
// enough replicas have it. A Cluster needs a pipeline for each node, so its redirections are followed here,
// where it is known which node must wait.
func (s *Store) execAndWait(batch []goredis.Cmder) {
	cluster, ok := s.client.(*goredis.ClusterClient)
	if !ok {
		s.pipeAndWait(s.client, batch)
		return
	}
	ctx := context.Background()
	for range redirections {
		var wg sync.WaitGroup
		for node, cmds := range byNode(ctx, cluster, batch) {
			wg.Go(func() { s.pipeAndWait(node, cmds) })
		}
		wg.Wait()
		var moved []goredis.Cmder
		for _, c := range batch {
			switch err := c.Err(); {
			case err == nil:
			case strings.HasPrefix(err.Error(), "MOVED "):
				moved = append(moved, c)
			default:
				cluster.ReloadState(ctx) // soon: the master may be another one by now
			}
		}
		if len(moved) == 0 {
			return
		}
		// The client reads who has which slot before it visits the masters.
		_ = cluster.ForEachMaster(ctx, func(context.Context, *goredis.Client) error { return nil })
		batch = moved
	}
}

// byNode sorts commands by the masters of their first keys. One whose master is unknown has failed.
func byNode(ctx context.Context, cluster *goredis.ClusterClient, batch []goredis.Cmder) map[*goredis.Client][]goredis.Cmder {
	groups := map[*goredis.Client][]goredis.Cmder{}
	for _, c := range batch {
		node, err := cluster.MasterForKey(ctx, firstKey(c))
		if err != nil {
			c.SetErr(err)
			continue
		}
		groups[node] = append(groups[node], c)
	}
	return groups
}

// firstKey is the first key of any command of this package: scripts name how many they have before it.
func firstKey(c goredis.Cmder) string {
	args, at := c.Args(), 1
	if args[0] == "evalsha" || args[0] == "eval" {
		at = 3
	}
	key, _ := args[at].(string)
	return key
}

func (s *Store) pipeAndWait(node goredis.UniversalClient, batch []goredis.Cmder) {
	ctx := context.Background()
	p := node.Pipeline()
	for _, c := range batch {
		c.SetErr(nil)
		_ = p.Process(ctx, c)
	}
	wait := command("wait", s.replicas, s.wait.Milliseconds())
	_ = p.Process(ctx, once{wait})
	_, _ = p.Exec(ctx)
	confirmed, err := wait.Int()
	if err == nil && confirmed >= s.replicas {
		return
	}
	if err == nil {
		err = fmt.Errorf("written, but only %d of %d replicas of Redis confirmed it within %v", confirmed, s.replicas, s.wait.Round(time.Millisecond))
	}
	for _, c := range batch {
		if writes(c) && c.Err() == nil {
			c.SetErr(err)
		}
	}
}
