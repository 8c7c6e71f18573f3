-- A Slack workspace that moves into an organisation gives its members other ids. In the logs, what somebody did goes on
-- under the new one. It runs as the owner, because the application can't change them.
CREATE FUNCTION rename_in_logs(of_workspace text, former text, present text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE verdict SET moderator_id = present WHERE moderator_id = former AND community_id = current_community()
    AND platform = 'slack' AND workspace = of_workspace;
  UPDATE claim_decision SET member_id = present WHERE member_id = former AND community_id = current_community()
    AND platform = 'slack' AND workspace = of_workspace;
  UPDATE report_deletion SET member_id = present WHERE member_id = former AND community_id = current_community()
    AND platform = 'slack' AND workspace = of_workspace
$$;
REVOKE ALL ON FUNCTION rename_in_logs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rename_in_logs TO reunite_app;
