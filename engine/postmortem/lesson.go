package postmortem

import (
	"fmt"
	"slices"
	"strings"
)

const (
	maxLessons = 100
	maxLesson  = 2_000 // bytes
)

// Lesson is something that was learned. Actions say which lesson they come from.
type Lesson struct {
	N    int    `json:"n"` // 1, 2, …; never reused
	Text string `json:"text"`
}

// LessonEdit makes a lesson, or changes or removes that of number N.
type LessonEdit struct {
	N      int    `json:"n,omitempty"` // 0 makes a new one
	Text   string `json:"text,omitempty"`
	Remove bool   `json:"remove,omitempty"`
}

// Lesson returns lesson n, or nil.
func (s *State) Lesson(n int) *Lesson {
	for i := range s.Lessons {
		if s.Lessons[i].N == n {
			return &s.Lessons[i]
		}
	}
	return nil
}

// editLesson does one edit and says what changed; refused, it may have changed s.
func (s *State) editLesson(e LessonEdit) (said string, err error) {
	text := strings.TrimSpace(e.Text)
	l := s.Lesson(e.N)
	switch {
	case e.N != 0 && l == nil:
		return "", &Refused{fmt.Sprintf("%s has no lesson %d.", s.Name(), e.N)}
	case e.Remove && e.N == 0:
		return "", &Refused{"Which lesson is removed? Give its number."}
	case e.Remove:
		s.Lessons = slices.DeleteFunc(s.Lessons, func(l Lesson) bool { return l.N == e.N })
		for i := range s.Actions {
			if s.Actions[i].Lesson == e.N {
				s.Actions[i].Lesson = 0
			}
		}
		return fmt.Sprintf("lesson %d removed", e.N), nil
	case text == "":
		return "", &Refused{"A lesson needs a text."}
	case len(text) > maxLesson:
		return "", &Refused{fmt.Sprintf("A lesson holds %d bytes at most, this one has %d.", maxLesson, len(text))}
	case l == nil && len(s.Lessons) >= maxLessons:
		return "", &Refused{fmt.Sprintf("A postmortem has %d lessons at most.", maxLessons)}
	case l == nil:
		s.LessonsMade++
		s.Lessons = append(s.Lessons, Lesson{N: s.LessonsMade, Text: text})
		return fmt.Sprintf("new lesson %d: %s", s.LessonsMade, text), nil
	case l.Text == text:
		return "", nil
	}
	l.Text = text
	return fmt.Sprintf("lesson %d", e.N), nil
}
