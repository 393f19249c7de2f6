package draw

import (
	"fmt"
	"hash/fnv"
	"math"
)

// paint is the colours of one person in one theme.
type paint struct{ fill, edge, text string }

// hueOf is the place of a name among 36 hues, and which of two shades it has.
func hueOf(user string) (degrees float64, shade int) {
	h := fnv.New64a()
	h.Write([]byte(user))
	sum := h.Sum64()
	sum ^= sum >> 29 // names that differ in the last letter alone are near each other otherwise
	sum *= 0xbf58476d1ce4e5b9
	sum ^= sum >> 32
	return float64(sum%36) * 10, int(sum / 36 % 2)
}

// paintOf returns the colours of a person. Text has a contrast of at least 7 to 1 on its fill.
func paintOf(user string, dark bool) paint {
	hue, shade := hueOf(user)
	s := float64(shade)
	if dark {
		return paint{oklch(0.36+0.06*s, 0.085, hue), oklch(0.72, 0.13, hue), oklch(0.97, 0.015, hue)}
	}
	return paint{oklch(0.90-0.07*s, 0.075+0.02*s, hue), oklch(0.60-0.05*s, 0.15, hue), oklch(0.27, 0.06, hue)}
}

// oklch writes a colour of the OKLCH space (lightness, chroma, hue in degrees), in which equal lightness looks equally
// light, as sRGB. What sRGB cannot show is clipped.
func oklch(lightness, chroma, hue float64) string {
	sin, cos := math.Sincos(hue * math.Pi / 180)
	a, b := chroma*cos, chroma*sin
	cube := func(x float64) float64 { return x * x * x }
	l := cube(lightness + 0.3963377774*a + 0.2158037573*b)
	m := cube(lightness - 0.1055613458*a - 0.0638541728*b)
	s := cube(lightness - 0.0894841775*a - 1.2914855480*b)
	channel := func(linear float64) int {
		linear = min(1, max(0, linear))
		if linear <= 0.0031308 {
			return int(math.Round(255 * 12.92 * linear))
		}
		return int(math.Round(255 * (1.055*math.Pow(linear, 1/2.4) - 0.055)))
	}
	return fmt.Sprintf("#%02x%02x%02x",
		channel(4.0767416621*l-3.3077115913*m+0.2309699292*s),
		channel(-1.2684380046*l+2.6097574011*m-0.3413193965*s),
		channel(-0.0041960863*l-0.7034186147*m+1.7076147010*s))
}

// ground is the colours of everything that is no person.
type ground struct{ page, ink, faint, line, weekend, gap, gapInk, now string }

func groundOf(dark bool) ground {
	if dark {
		return ground{"#15181d", "#e8eaed", "#a3a9b3", "#333a45", "#20262f", "#5c1f24", "#ffb4ab", "#ff6b5e"}
	}
	return ground{"#ffffff", "#1c2128", "#5a6472", "#d3d9e0", "#e9edf2", "#f8c9c4", "#8c1d18", "#d32f2f"}
}
