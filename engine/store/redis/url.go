package redis

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const defaultPort, sentinelPort = "6379", "26379"

// Target is a Redis to connect to.
type Target struct {
	scheme   string
	addrs    []string
	user     string
	password string
	master   string // of Sentinel
	database int

	sentinelUser, sentinelPassword string

	replicas int // of Redis that must confirm what was written
	wait     time.Duration
}

// How long a commit waits for the replicas of Redis, unless wait_timeout says otherwise, and at most: the
// answer must come within netTimeout.
const defaultWait, longestWait = time.Second, 2 * time.Second

// ParseURL reads
//
//	redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]
//	redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]…]/MASTER[/DATABASE][?sentinel_user=U&sentinel_password=P]
//	redis+cluster://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]…]
//
// and the same with rediss for TLS. Each takes the options ?wait_replicas=N&wait_timeout=500ms: what was
// written counts only when N replicas of Redis have confirmed it (WAIT), within 1 s or what is said, 2 s at
// most. Special characters in names and passwords are written as %XX. Errors never show what could be a secret.
func ParseURL(s string) (*Target, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	t := &Target{scheme: scheme}
	if !ok || (t.kind() != "" && t.kind() != "sentinel" && t.kind() != "cluster") {
		return nil, errors.New("the store URL is not one of Redis: expected redis://HOST:PORT, rediss://…, redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST")
	}
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		if err := t.setUser(authority[:i]); err != nil {
			return nil, err
		}
		authority = authority[i+1:]
	}
	for _, steps := range []func() error{
		func() error { return t.setAddrs(authority) },
		func() error { return t.setPath(path) },
		func() error { return t.setQuery(query) },
	} {
		if err := steps(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// kind is "", sentinel or cluster for the schemes that there are.
func (t *Target) kind() string {
	base, kind, plus := strings.Cut(t.scheme, "+")
	if (base != "redis" && base != "rediss") || (plus && kind == "") {
		return "unknown"
	}
	return kind
}

func (t *Target) setUser(s string) error {
	user, password, _ := strings.Cut(s, ":")
	var err1, err2 error
	t.user, err1 = url.PathUnescape(user)
	t.password, err2 = url.PathUnescape(password)
	if err1 != nil || err2 != nil || strings.ContainsRune(s, '@') {
		return errors.New("the user or the password in the store URL is not escaped: write @ as %40, / as %2F, % as %25")
	}
	return nil
}

func (t *Target) setAddrs(s string) error {
	port := defaultPort
	if t.kind() == "sentinel" {
		port = sentinelPort
	}
	for addr := range strings.SplitSeq(s, ",") {
		host, p, err := net.SplitHostPort(addr)
		if err != nil {
			host, p = strings.Trim(addr, "[]"), port
		}
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 || host == "" || strings.ContainsAny(host, "[]% ") {
			return errors.New("the store URL has a host or port that is none: expected HOST:PORT after any USER:PASSWORD@, in which special characters such as / and ? are escaped (%2F, %3F)")
		}
		t.addrs = append(t.addrs, net.JoinHostPort(host, p))
	}
	if t.kind() == "" && len(t.addrs) > 1 {
		return errors.New("the store URL has several hosts: that needs redis+sentinel:// or redis+cluster://")
	}
	return nil
}

func (t *Target) setPath(path string) error {
	database := path
	switch t.kind() {
	case "sentinel":
		t.master, database, _ = strings.Cut(path, "/")
		if t.master == "" {
			return errors.New("the store URL names no master: expected redis+sentinel://HOST,HOST/MASTER")
		}
	case "cluster":
		if path != "" {
			return errors.New("the store URL names a database: a Redis Cluster has only one")
		}
	}
	if database == "" {
		return nil
	}
	n, err := strconv.ParseUint(database, 10, 16)
	if err != nil {
		return errors.New("the database at the end of the store URL is not a number")
	}
	t.database = int(n)
	return nil
}

func (t *Target) setQuery(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("the store URL has options that cannot be read after the ?")
	}
	for name, all := range values {
		value := all[len(all)-1]
		switch name {
		case "wait_replicas":
			n, err := strconv.ParseUint(value, 10, 8)
			if err != nil {
				return errors.New("wait_replicas in the store URL is not a number of replicas, 0 to 255")
			}
			t.replicas = int(n)
		case "wait_timeout":
			d, err := time.ParseDuration(value)
			if err != nil || d < time.Millisecond || d > longestWait {
				return fmt.Errorf("wait_timeout in the store URL is not a time such as 500ms, at most %v", longestWait)
			}
			t.wait = d
		case "sentinel_user", "sentinel_password":
			if t.kind() != "sentinel" {
				return fmt.Errorf("the store URL has the option %s: only redis+sentinel:// has it", name)
			}
		default:
			return errors.New("the store URL has an unknown option after the ?: there are wait_replicas and wait_timeout, and for redis+sentinel:// sentinel_user and sentinel_password")
		}
	}
	if t.wait != 0 && t.replicas == 0 {
		return errors.New("the store URL has wait_timeout without wait_replicas: say how many replicas to wait for")
	}
	t.wait = cmp.Or(t.wait, defaultWait)
	t.sentinelUser, t.sentinelPassword = values.Get("sentinel_user"), values.Get("sentinel_password")
	return nil
}

// String names the target without its secrets.
func (t *Target) String() string {
	s := t.scheme + "://" + strings.Join(t.addrs, ",")
	if t.master != "" {
		s += "/" + t.master
	}
	if t.database != 0 {
		s += fmt.Sprintf("/%d", t.database)
	}
	return s
}

// connect makes a client, which connects when it is used.
func (t *Target) connect() goredis.UniversalClient {
	o := &goredis.UniversalOptions{
		Addrs:            t.addrs,
		Username:         t.user,
		Password:         t.password,
		DB:               t.database,
		MasterName:       t.master,
		SentinelUsername: t.sentinelUser,
		SentinelPassword: t.sentinelPassword,

		Protocol:              2,
		DisableIdentity:       true,
		MaxRetries:            -1,
		DialTimeout:           dialTimeout,
		DialerRetries:         1,
		ReadTimeout:           netTimeout,
		WriteTimeout:          netTimeout,
		PoolTimeout:           netTimeout,
		ContextTimeoutEnabled: true,
		PoolSize:              fastPipelines + slowPipelines + 1,
		PipelinePoolSize:      fastPipelines + slowPipelines,
		MaintNotificationsConfig: &maintnotifications.Config{
			Mode: maintnotifications.ModeDisabled,
		},
	}
	if strings.HasPrefix(t.scheme, "rediss") {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	switch t.kind() {
	case "sentinel":
		return goredis.NewFailoverClient(o.Failover())
	case "cluster":
		return goredis.NewClusterClient(o.Cluster())
	default:
		return goredis.NewClient(o.Simple())
	}
}
