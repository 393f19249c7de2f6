package postmortem

import (
	"fmt"
	"slices"
	"strings"
)

const (
	maxTags = 100
	maxTag  = 200 // bytes
)

// tagOf is a tag, or a category, as it is kept: on one line and in small letters, so that it is the same in every
// postmortem.
func tagOf(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// tagsOf are the tags that a postmortem begins with: those of its incident.
func tagsOf(list []string) (tags []string) {
	for _, text := range list {
		if tag := tagOf(text); tag != "" && len(tag) <= maxTag && !slices.Contains(tags, tag) && len(tags) < maxTags {
			tags = append(tags, tag)
		}
	}
	return tags
}

// editTags adds and removes tags and says what changed; refused, it may have changed s.
func (s *State) editTags(e Edit) (changed []string, err error) {
	for _, text := range e.AddTags {
		switch tag := tagOf(text); {
		case tag == "":
			return nil, &Refused{"A tag is not empty."}
		case len(tag) > maxTag:
			return nil, &Refused{fmt.Sprintf("A tag holds %d bytes at most, this one has %d.", maxTag, len(tag))}
		case slices.Contains(s.Tags, tag):
		case len(s.Tags) >= maxTags:
			return nil, &Refused{fmt.Sprintf("A postmortem has %d tags at most.", maxTags)}
		default:
			s.Tags = append(s.Tags, tag)
			changed = append(changed, "tag "+tag)
		}
	}
	for _, text := range e.RemoveTags {
		if i := slices.Index(s.Tags, tagOf(text)); i >= 0 {
			s.Tags = slices.Delete(s.Tags, i, i+1)
			changed = append(changed, "no tag "+tagOf(text))
		}
	}
	return changed, nil
}
