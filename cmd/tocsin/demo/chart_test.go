package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// chart is a picture of retries per minute: what somebody copies out of a dashboard.
func chart() []byte {
	const width, height, margin = 640, 240, 24
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	fill := func(x0, y0, x1, y1 int, c color.NRGBA) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				img.SetNRGBA(x, y, c)
			}
		}
	}
	fill(0, 0, width, height, color.NRGBA{0xff, 0xff, 0xff, 0xff})
	for line := range 4 {
		y := margin + line*(height-2*margin)/3
		fill(margin, y, width-margin, y+1, color.NRGBA{0xdd, 0xdd, 0xdd, 0xff})
	}
	minutes := []int{2, 3, 2, 2, 3, 2, 3, 2, 3, 4, 38, 61, 70, 74, 77, 79, 81, 80, 84, 86, 87, 85, 88, 90, 89, 91, 92, 90}
	wide := (width - 2*margin) / len(minutes)
	for i, n := range minutes {
		c := color.NRGBA{0x3a, 0x7a, 0xbf, 0xff}
		if n > 20 {
			c = color.NRGBA{0xc0, 0x39, 0x2b, 0xff}
		}
		fill(margin+i*wide+2, height-margin-n*(height-2*margin)/100, margin+(i+1)*wide-2, height-margin, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // never: to memory
	}
	return b.Bytes()
}
