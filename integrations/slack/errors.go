package slack

import (
	"errors"
	"net/http"
	"net/url"

	api "github.com/slack-go/slack"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

// passing are the codes of Slack's Web API that another attempt may mend. All its other codes say that
// the request, the token or the place is wrong, and stay so.
var passing = map[string]bool{
	"internal_error": true, "fatal_error": true, "service_unavailable": true, "request_timeout": true,
	"team_added_to_org": true, "org_login_required": true, "external_channel_migrating": true,
}

var limited = map[string]bool{"ratelimited": true, "rate_limited": true, "message_limit_exceeded": true}

// advice says what to do about the codes that a new installation meets.
var advice = map[string]string{
	"channel_not_found":     "; check the name, and invite the bot to a private channel",
	"not_in_channel":        "; invite the bot to the channel",
	"is_archived":           "; the channel is archived, choose another",
	"user_not_found":        "; check the user's slack member id",
	"invalid_auth":          "; check bot_token",
	"not_authed":            "; check bot_token",
	"token_revoked":         "; the app was removed, install it again and set bot_token",
	"token_expired":         "; set a new bot_token",
	"account_inactive":      "; the bot was switched off, install the app again and set bot_token",
	"missing_scope":         "; add the scope to the app and install it again",
	"cannot_dm_bot":         "; the user's slack member id is a bot's",
	"message_not_found":     "; it was deleted",
	"cant_update_message":   "; it was posted by another app",
	"edit_window_closed":    "; the workspace forbids late edits",
	"restricted_action":     "; the workspace forbids it to the bot",
	"messages_tab_disabled": "; switch on the messages tab under App Home",
}

// sorted says of a failed call whether it may pass. No part of the request is in the error, so that
// neither token nor message can be.
func sorted(method string, err error) error {
	var rate *api.RateLimitedError
	var refused api.SlackErrorResponse
	var status api.StatusCodeError
	var transport *url.Error
	switch {
	case errors.As(err, &rate):
		return deliver.Limited(rate.RetryAfter, "slack %s: rate limit, wait %s", method, rate.RetryAfter)
	case errors.As(err, &refused):
		code := word(refused.Err)
		switch {
		case limited[code]:
			return deliver.Limited(0, "slack %s: %s", method, code)
		case passing[code]:
			return deliver.RetryAfter(0, "slack %s: %s", method, code)
		case code == "missing_scope" && refused.Needed != "":
			return deliver.Permanent("slack %s: missing_scope %s%s", method, word(refused.Needed), advice[code])
		}
		return deliver.Permanent("slack %s: %s%s", method, code, advice[code])
	case errors.As(err, &status):
		switch {
		case status.Code == http.StatusTooManyRequests:
			return deliver.Limited(0, "slack %s: rate limit", method)
		case status.Code >= 500 || status.Code == http.StatusRequestTimeout:
			return deliver.RetryAfter(0, "slack %s: HTTP %d", method, status.Code)
		}
		return deliver.Permanent("slack %s: HTTP %d; check base_url", method, status.Code)
	case errors.As(err, &transport):
		return deliver.RetryAfter(0, "slack %s: %w", method, transport.Err)
	}
	return deliver.RetryAfter(0, "slack %s: the answer is not one of Slack's API: %w", method, err)
}

// word keeps what Slack's codes and scopes are made of, so that a proxy's answer cannot fill the log.
func word(s string) string {
	var b []byte
	for i := 0; i < len(s) && len(b) < 80; i++ {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == ':', c == '.', c == ',', c == '-':
			b = append(b, c)
		}
	}
	return string(b)
}
