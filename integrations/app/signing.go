package app

import (
	"context"
	"crypto/rand"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

// signing is the key that was made once for this installation. It signs when the configuration names none,
// and links that it signed go on working when the configuration names one later.
type signing struct{ made []byte }

func loadSigning(ctx context.Context, st store.Store) (signing, error) {
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails
	made, err := st.Setting(ctx, "signing_key", fresh)
	return signing{made}, err
}

func (s signing) signer(f *config.File) (*token.Signer, error) {
	return token.NewSigner(s.keys(f)...)
}

// keys are all that links may be signed with; the first one signs.
func (s signing) keys(f *config.File) (keys [][]byte) {
	for _, k := range f.SigningKey {
		keys = append(keys, []byte(k.Reveal()))
	}
	return append(keys, s.made)
}
