package config

// Issues says how the issues that are linked with incidents and actions are followed.
type Issues struct {
	Refresh Duration `json:"refresh,omitempty" doc:"How often the trackers are asked how the issues of open incidents and actions are, at least 1m. Default 15m."`
}

// Jira is a site of Jira Cloud, or a Jira Data Center.
type Jira struct {
	BaseURL   Link   `json:"base_url" doc:"As people open it: https://example.atlassian.net."`
	Email     Email  `json:"email,omitempty" doc:"Cloud: whose api_token it is."`
	APIToken  Secret `json:"api_token,omitzero" doc:"Cloud: an API token of that account."`
	Token     Secret `json:"token,omitzero" doc:"Data Center: a personal access token, in place of email and api_token."`
	Project   string `json:"project,omitempty" doc:"The key of the project in which issues are created when nobody says."`
	IssueType string `json:"issue_type,omitempty" doc:"The type of those issues. Default Task."`
	API       int    `json:"api,omitempty" jsonschema:"minimum=2,maximum=3" doc:"The version of the REST API: 3 for Cloud, 2 for Data Center. Default: 3 with email, 2 with token."`
	Limits
}

// GitHub is GitHub, or a GitHub Enterprise Server.
type GitHub struct {
	Token      Secret `json:"token" doc:"A token that may read and write issues."`
	Repository string `json:"repository,omitempty" doc:"OWNER/NAME, where issues are created when nobody says."`
	BaseURL    Link   `json:"base_url,omitempty" doc:"Default https://api.github.com. An Enterprise Server: https://HOST/api/v3."`
	Limits
}
