package rules

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/vm"
)

// template is a text with expressions in it, such as "{{ labels.alertname }} on {{ source }}". Compiled it is one
// expression or a few, and the text around them.
type template struct {
	parts []templatePart
}

// templatePart is a text, or an expression.
type templatePart struct {
	text string
	x    *expression
}

const opens, closes = "{{", "}}"

// isTemplate says whether there are expressions in a text.
func isTemplate(s string) bool { return strings.Contains(s, opens) }

// compileTemplate compiles the expressions of a text. Their types are checked as those of conditions are.
func (c *compiler) compileTemplate(path, source string) *template {
	t := &template{}
	for at := 0; at < len(source); {
		open := strings.Index(source[at:], opens)
		if open < 0 {
			t.parts = append(t.parts, templatePart{text: source[at:]})
			break
		}
		if open > 0 {
			t.parts = append(t.parts, templatePart{text: source[at : at+open]})
		}
		from := at + open + len(opens)
		end := endOfExpression(source[from:])
		if end < 0 {
			c.reportAt(path, runes(source[:at+open]), "{{ is not closed by }}", `for the characters themselves write {{ "{{" }}`)
			return nil
		}
		t.parts = append(t.parts, templatePart{x: c.compileInsert(path, source[from:from+end], runes(source[:from]))})
		at = from + end + len(closes)
	}
	return t
}

// compileInsert compiles one expression of a template, which begins after so many characters of it.
func (c *compiler) compileInsert(path, source string, offset int) *expression {
	if strings.TrimSpace(source) == "" {
		c.reportAt(path, offset, "there is nothing between {{ and }}", `for the characters themselves write {{ "{{" }}`)
		return nil
	}
	before := len(c.problems)
	x := c.compileExpression(path, source)
	for i := before; i < len(c.problems); i++ {
		c.problems[i].Offset = offset + max(0, c.problems[i].Offset)
	}
	if x != nil && !readable(x.program) {
		first := runes(source) - runes(strings.TrimLeft(source, " \t\n"))
		c.reportAt(path, offset+first, "this gives what is no text, number or time", "toJSON(…) makes text of it")
	}
	return x
}

// reportAt adds a problem at a character of a text.
func (c *compiler) reportAt(path string, offset int, message, hint string) {
	c.problems = append(c.problems, Problem{Path: path, Offset: offset, Message: message, Hint: hint})
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// endOfExpression is where }} closes an expression: not within a text of it, nor within braces of its own. It is -1
// where nothing does.
func endOfExpression(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '\'', '`':
			length := lengthOfText(s[i:])
			if length < 0 {
				return -1
			}
			i += length - 1
		case '{':
			depth++
		case '}':
			if depth == 0 && strings.HasPrefix(s[i:], closes) {
				return i
			}
			depth--
		}
	}
	return -1
}

// lengthOfText is how long the quoted text is that s begins with; -1 if it does not end.
func lengthOfText(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return i + 1
		case s[i] == '\\' && s[0] != '`':
			i++
		}
	}
	return -1
}

// readable says whether what the program gives can be part of a text.
func readable(program *vm.Program) bool {
	switch t := program.Node().Type(); t.Kind() {
	case reflect.Struct:
		return t == reflect.TypeFor[time.Time]()
	case reflect.Map, reflect.Func, reflect.Pointer, reflect.Chan:
		return false
	}
	return true
}

// maxText bounds what a template gives, in bytes, whatever it is for.
const maxText = 64 << 10

// fill gives the text of a template for the event at hand.
func (e *evaluator) fillIn(t *template) (string, error) {
	var b strings.Builder
	for _, p := range t.parts {
		text := p.text
		if p.x != nil {
			value, err := e.run(p.x)
			if err != nil {
				return "", err
			}
			if text, err = readAs(value); err != nil {
				return "", err
			}
		}
		b.WriteString(cut(text, max(0, maxText-b.Len())))
	}
	return b.String(), nil
}

// readAs writes a value as people read it. Nothing is nothing; lists have commas.
func readAs(value any) (string, error) {
	switch value := value.(type) {
	case nil:
		return "", nil
	case string:
		return value, nil
	case bool:
		return strconv.FormatBool(value), nil
	case int:
		return strconv.Itoa(value), nil
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), nil
	case time.Time:
		return value.Format(time.RFC3339), nil
	case time.Duration:
		return value.String(), nil
	case []string:
		return strings.Join(value, ", "), nil
	case []any:
		return readList(value)
	}
	if v := reflect.ValueOf(value); v.CanInt() || v.CanUint() || v.CanFloat() || v.Kind() == reflect.String {
		return fmt.Sprint(value), nil
	}
	return "", fmt.Errorf("the template gives %T, which is no text; toJSON(…) makes text of it", value)
}

func readList(list []any) (string, error) {
	var b strings.Builder
	for i, item := range list {
		if _, nested := item.([]any); nested {
			return "", fmt.Errorf("the template gives a list of lists; toJSON(…) makes text of it")
		}
		text, err := readAs(item)
		if err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteString(", ")
		}
		if b.WriteString(text); b.Len() > maxText {
			break
		}
	}
	return b.String(), nil
}
