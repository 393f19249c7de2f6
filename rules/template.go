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

// isTemplate says whether there are expressions in a text.
func isTemplate(s string) bool { return strings.Contains(s, opens) }

// compileTemplate compiles the expressions of a text. Their types are checked as those of conditions are.
func (c *compiler) compileTemplate(path, source string) *template {
	parts, wrong := Cut(source)
	if wrong != nil {
		c.reportAt(path, wrong.Offset, wrong.Message, wrong.Hint)
		return nil
	}
	t := &template{}
	for _, p := range parts {
		if p.Insert {
			t.parts = append(t.parts, templatePart{x: c.compileInsert(path, p.Text, p.Offset)})
		} else {
			t.parts = append(t.parts, templatePart{text: p.Text})
		}
	}
	return t
}

// compileInsert compiles one expression of a template, which begins after so many characters of it.
func (c *compiler) compileInsert(path, source string, offset int) *expression {
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
			if text, err = ReadAs(value); err != nil {
				return "", err
			}
		}
		b.WriteString(cut(text, max(0, maxText-b.Len())))
	}
	return b.String(), nil
}

// ReadAs writes a value as people read it. Nothing is nothing; lists have commas.
func ReadAs(value any) (string, error) {
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
		text, err := ReadAs(item)
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
