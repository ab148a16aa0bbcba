"""Lists that come from other programs and go to them: workbooks and text tables, in and out."""
