package jira

import "strings"

// node is a part of a text in the Atlassian Document Format, version 1.
// https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
type node struct {
	Type    string           `json:"type"`
	Version int              `json:"version,omitempty"`
	Text    string           `json:"text,omitempty"`
	Marks   []map[string]any `json:"marks,omitempty"`
	Content []node           `json:"content,omitempty"`
}

// document is a plain text, one paragraph for each that an empty line ends, and a link after it.
func document(text, owner, link string) node {
	doc := node{Type: "doc", Version: 1}
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		var p node
		for i, line := range strings.Split(strings.Trim(part, "\n"), "\n") {
			if i > 0 {
				p.Content = append(p.Content, node{Type: "hardBreak"})
			}
			if line != "" { // an empty text node is refused
				p.Content = append(p.Content, node{Type: "text", Text: line})
			}
		}
		if len(p.Content) > 0 {
			p.Type = "paragraph"
			doc.Content = append(doc.Content, p)
		}
	}
	doc.Content = append(doc.Content, node{Type: "paragraph", Content: []node{{
		Type: "text", Text: owner, Marks: []map[string]any{{"type": "link", "attrs": map[string]string{"href": link}}},
	}}})
	return doc
}
