package draw

import (
	"fmt"
	"strconv"
)

// coloured writes letters in the colours of their cells.
func (t *typed) coloured(c cell, letters string) string {
	switch {
	case !t.options.Color || c.user == "" && !c.gap:
		return letters
	case c.gap:
		return "\x1b[31m" + letters + "\x1b[0m"
	}
	return fmt.Sprintf("\x1b[48;5;%dm\x1b[38;5;16m%s\x1b[0m", cube(paintOf(c.user, false).fill), letters)
}

func (t *typed) bold(s string) string { return t.sgr("1", s) }

func (t *typed) faint(s string) string { return t.sgr("2", s) }

func (t *typed) sgr(code, s string) string {
	if !t.options.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// cube is the nearest colour of the 6×6×6 cube of 256-colour terminals.
func cube(hex string) int {
	n := 16
	for i, weight := range [...]int{36, 6, 1} {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return 250
		}
		level := 0
		for l, at := range [...]int{0, 95, 135, 175, 215, 255} {
			if abs(int(v)-at) < abs(int(v)-[...]int{0, 95, 135, 175, 215, 255}[level]) {
				level = l
			}
		}
		n += level * weight
	}
	return n
}

func abs(n int) int { return max(n, -n) }
