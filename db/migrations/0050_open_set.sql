-- Calibration on the open set: a worker, which has the application's role, gives an encoder its first weights.

-- Why the open set could not be used, for `reunite doctor`; null: nothing went wrong.
ALTER TABLE embedding_model ADD COLUMN calibration_problem text;

-- Adds the deployment's weights of an encoder that has none. Only the owner may replace them, and nobody may add them in
-- the name of a community.
CREATE FUNCTION add_first_calibration(version text, fitted jsonb, about jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF current_community() IS NOT NULL THEN RETURN false; END IF;
  INSERT INTO calibration (community_id, model_version, parameters, summary)
    SELECT NULL, version, fitted, about WHERE EXISTS (SELECT FROM embedding_model m WHERE m.version = add_first_calibration.version)
      AND NOT EXISTS (SELECT FROM calibration c WHERE c.community_id IS NULL
        AND c.model_version = add_first_calibration.version AND c.parameters -> 'format' = fitted -> 'format');
  RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION add_first_calibration FROM PUBLIC;
GRANT EXECUTE ON FUNCTION add_first_calibration TO reunite_app;
