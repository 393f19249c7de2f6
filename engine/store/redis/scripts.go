package redis

import (
	"crypto/sha1"
	"encoding/hex"

	goredis "github.com/redis/go-redis/v9"
)

// script is a Lua script, which Redis knows by its hash after it has seen the text once.
type script struct{ text, hash string }

func newScript(text string) script {
	sum := sha1.Sum([]byte(text))
	return script{text: text, hash: hex.EncodeToString(sum[:])}
}

// call is the command that runs the script.
func (sc script) call(keys []string, args ...any) *goredis.Cmd {
	all := make([]any, 0, 3+len(keys)+len(args))
	all = append(all, "evalsha", sc.hash, len(keys))
	for _, k := range keys {
		all = append(all, k)
	}
	return command(append(all, args...)...)
}

// withText turns a command that names its script by the hash into one that brings the text.
func withText(c goredis.Cmder) bool {
	args := c.Args()
	if args[0] != "evalsha" {
		return false
	}
	for _, sc := range []script{commitScript, findScript, pageScript, mendRecordsScript, mendWakesScript, aliveScript, timeScript, markScript} {
		if sc.hash == args[1] {
			args[0], args[1] = "eval", sc.text
			return true
		}
	}
	return false
}

// A Tx: checks everything, then writes everything.
//
// KEYS  1 records, 2 wake-ups, 3 lookup keys, 4… the lists that are joined or left
// ARGV  for each change: its id; the expected version as 8 bytes, "" for none; the new record, "" to delete
//
//	it; the wake-up in ms, "" for none; the order;
//	how many lookup keys, and of each: name, from, to;
//	how many lists it leaves, and of each: its place in KEYS;
//	how many lists it joins, and of each: its place in KEYS
//
// Returns 1 when it is committed, 0 on a conflict.
var commitScript = newScript(`
local call, sub = redis.call, string.sub
local held = {}
local at = 1
while at <= #ARGV do
  local was = call('HGET', KEYS[1], ARGV[at])
  if (was and sub(was, 1, 8) or '') ~= ARGV[at + 1] then return 0 end
  local keys = ARGV[at + 5]
  at = at + 6
  for _ = 1, keys do
    local name, from, to = ARGV[at], ARGV[at + 1], ARGV[at + 2]
    local holder = held[name] or call('HGET', KEYS[3], name) or ''
    if holder == from then held[name] = to elseif to ~= '' then return 0 end
    at = at + 3
  end
  at = at + 1 + ARGV[at]
  at = at + 1 + ARGV[at]
end
for name, id in pairs(held) do
  if id ~= '' then call('HSET', KEYS[3], name, id) else call('HDEL', KEYS[3], name) end
end
at = 1
while at <= #ARGV do
  local id, expect, record, wake, order = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  if record ~= '' then call('HSET', KEYS[1], id, record) elseif expect ~= '' then call('HDEL', KEYS[1], id) end
  if wake ~= '' then call('ZADD', KEYS[2], wake, id) elseif expect ~= '' then call('ZREM', KEYS[2], id) end
  at = at + 6 + 3 * ARGV[at + 5]
  for list = at + 1, at + ARGV[at] do call('ZREM', KEYS[ARGV[list] + 0], id) end
  at = at + 1 + ARGV[at]
  for list = at + 1, at + ARGV[at] do call('ZADD', KEYS[ARGV[list] + 0], order, id) end
  at = at + 1 + ARGV[at]
end
return 1
`)

// The records that hold lookup keys of one shard.
//
// KEYS  1 records, 2 lookup keys
// ARGV  names
// Returns for each name the id, "" when the key is free, and the record, "" when there is none.
var findScript = newScript(`
local found = {}
for _, name in ipairs(ARGV) do
  local id = redis.call('HGET', KEYS[2], name) or ''
  found[#found + 1] = id
  found[#found + 1] = id ~= '' and redis.call('HGET', KEYS[1], id) or ''
end
return found
`)

// The members of a list that come after a cursor, newest first. Many may share an order, so that the place
// of the cursor is looked for among them by halving. The cursor itself may be gone, or in another shard.
//
// KEYS  1 the list
// ARGV  1 order and 2 id of the cursor, 3 how many
// Returns id, order, id, order, …
var pageScript = newScript(`
local lo = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[1])
local hi = redis.call('ZCOUNT', KEYS[1], '-inf', ARGV[1])
while lo < hi do
  local middle = math.floor((lo + hi) / 2)
  if redis.call('ZRANGE', KEYS[1], middle, middle)[1] < ARGV[2] then lo = middle + 1 else hi = middle end
end
if lo == 0 then return {} end
local from = redis.call('ZCARD', KEYS[1]) - lo
return redis.call('ZREVRANGE', KEYS[1], from, from + ARGV[3] - 1, 'WITHSCORES')
`)

// Looks at some records and gives each the wake-up that it asks for. It stops after a record with which it has read a
// number of bytes: everybody else waits meanwhile.
//
// KEYS  1 records, 2 wake-ups
// ARGV  1 how many bytes, 2 … ids
// Returns how many ids it looked at, and how many it mended.
var mendRecordsScript = newScript(`
local looked, mended, left = 0, 0, ARGV[1] + 0
for i = 2, #ARGV do
  local id = ARGV[i]
  local record = redis.call('HGET', KEYS[1], id)
  looked = looked + 1
  if record then
    local wake, score = struct.unpack('>I8', record, 9), redis.call('ZSCORE', KEYS[2], id)
    if wake == 0 and score then
      redis.call('ZREM', KEYS[2], id)
      mended = mended + 1
    elseif wake ~= 0 and tonumber(score or 0) ~= wake then
      redis.call('ZADD', KEYS[2], string.format('%.0f', wake), id)
      mended = mended + 1
    end
    left = left - #record
    if left <= 0 then break end
  end
end
return {looked, mended}
`)

// Looks at some wake-ups and removes those without a record.
//
// KEYS  1 records, 2 wake-ups
// ARGV  1 cursor of ZSCAN, 2 about how many
// Returns the next cursor, "0" at the end, and how many it mended.
var mendWakesScript = newScript(`
local page = redis.call('ZSCAN', KEYS[2], ARGV[1], 'COUNT', ARGV[2])
local mended = 0
for i = 1, #page[2], 2 do
  if redis.call('HEXISTS', KEYS[1], page[2][i]) == 0 then
    redis.call('ZREM', KEYS[2], page[2][i])
    mended = mended + 1
  end
end
return {page[1], mended}
`)

// Membership by the server's clock.
//
// KEYS  1 replicas by the time when they are taken for dead
// ARGV  1 the replica, 2 for how many ms it lives, 0 when it leaves
// Returns the replicas that live.
var aliveScript = newScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
return redis.call('ZRANGE', KEYS[1], 0, -1)
`)

// The clock of the server that keeps what all shards share, so that all replicas ask the same one.
//
// KEYS  1 any key of that server
// Returns seconds and microseconds.
var timeScript = newScript(`return redis.call('TIME')`)
