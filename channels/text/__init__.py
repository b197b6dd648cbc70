"""The words that channels share: marks of a drill, the gist of an alert, letters that every device can show."""
