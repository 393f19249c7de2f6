package rehearsal

import "github.com/tocsin-oncall/tocsin/engine/record"

// Watch has every record told as it is committed.
func (s *Script) Watch(see func(record.Record)) { s.records = see }
