package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/internal/client"
)

func reloadVerb(io stdio) *cobra.Command {
	r := &remote{stdio: io}
	c := &cobra.Command{
		Use:   "reload",
		Short: "Have a server read its configuration again",
		Long: `Has a server read its configuration again. When the configuration is bad, what is wrong with it is printed, the
old one stays in force, and the exit code is 1. No key is needed on the server's own machine; from elsewhere the key
of an admin is.`,
		Example: "  tocsin check config.yaml && tocsin reload",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ask, err := r.client()
			if err != nil {
				return err
			}
			err = ask.Do(c.Context(), http.MethodPost, "/-/reload", nil, nil, nil)
			if bad := (*client.Refused)(nil); errors.As(err, &bad) && bad.Status == http.StatusBadRequest {
				return no{errors.New(strings.TrimSpace(bad.Message))}
			}
			if err != nil {
				return failed(err)
			}
			if r.json {
				return r.printJSON(map[string]bool{"reloaded": true})
			}
			_, err = fmt.Fprintln(io.out, "reloaded")
			return err
		},
	}
	r.flags(c)
	return c
}
