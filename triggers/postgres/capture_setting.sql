-- capture_setting: a setting that a capture function runs under.
-- {{ident:name}}      the setting
-- {{literal:value}}   its value
SET {{ident:name}} = {{literal:value}}
