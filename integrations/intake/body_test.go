package intake

import (
	"encoding/json"
	"testing"
)

func TestScanMeasuresDepthAndItems(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][2]int{
		``: {0, 0}, `1`: {0, 0}, `{}`: {1, 0}, `[]`: {1, 1}, `[1,2,[3,4]]`: {2, 3}, `[{"labels":{}},{}]`: {3, 2},
		`{"alerts":[{"a":[{}]},{},{}],"x":{"y":[{},{}]}}`: {5, 3}, `{"a":"[[[[,,"}`: {1, 0}, `{"a":"\"[["}`: {1, 0}, `{"a":"\\"}`: {1, 0},
		`]]]][`: {1, 1}, `"\`: {0, 0}, `{"a":[1,2,3]}`: {2, 0},
	} {
		if depth, items := scan([]byte(body)); depth != want[0] || items != want[1] {
			t.Errorf("%s: depth %d, items %d; want %v", body, depth, items, want)
		}
	}
}

// For what is JSON, the depth is what a real decoder sees, and no list of alerts is longer than the items.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{`{"alerts":[{"a":1},{}]}`, `[[],[{}]]`, `"\u005b["`, `[`, `{"a":"\\","b":["]"]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		depth, items := scan(body)
		var v any
		if json.Unmarshal(body, &v) != nil {
			return
		}
		// A key that comes twice hides what came first from the decoder, never from scan.
		if real := nesting(v); depth < real {
			t.Errorf("%s: depth %d, really %d", body, depth, real)
		}
		if list, ok := v.([]any); ok && items < len(list) {
			t.Errorf("%s: %d items, really %d", body, items, len(list))
		}
	})
}

func nesting(v any) int {
	deepest := 0
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			deepest = max(deepest, nesting(element))
		}
	case map[string]any:
		for _, element := range v {
			deepest = max(deepest, nesting(element))
		}
	default:
		return 0
	}
	return deepest + 1
}
