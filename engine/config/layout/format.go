package layout

import (
	"errors"
	"strings"
	"unicode"

	"github.com/tocsin-oncall/tocsin/engine/config"
)

// Format lays out the text of a file; name is what the file is called in what it reports. The errors of a text that is no YAML
// are a *Syntax. Any other error says that the text is right, but written in a way that cannot be laid out.
func Format(name, text string) (string, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	if _, problems := config.Same(name, text, text); problems.Err() != nil {
		return "", &Syntax{problems}
	}
	out, err := arrange(text)
	if err != nil {
		return "", err
	}
	if dense(out) != dense(text) {
		return "", errors.New("laid out, it would lose or gain characters")
	}
	if same, _ := config.Same(name, text, out); !same {
		return "", errors.New("laid out, it would say something else")
	}
	if again, err := arrange(out); err != nil || again != out {
		return "", errors.New("it has no layout that stays as it is")
	}
	return out, nil
}

// Syntax is the error of a text that is no YAML.
type Syntax struct{ Problems config.Problems }

// Error implements error.
func (s *Syntax) Error() string { return s.Problems.Err().Error() }

// dense is a text without its white space.
func dense(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
