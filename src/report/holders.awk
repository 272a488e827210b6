# Makes the rows of the C table of known holders from holders.tsv; a row that has not six columns is an error.
BEGIN { FS = "\t" }

function quoted(text) {
  gsub(/[\\"]/, "\\\\&", text)
  return "\"" text "\""
}

/^#/ || /^$/ { next }

NF != 6 || $2 == "" || $3 == "" || $4 == "" || $5 == "" {
  print FILENAME ":" FNR ": not a module, type, reference, name, reason and release, with tabs between" > "/dev/stderr"
  exit 1
}

{ print "{" quoted($1) ", " quoted($2) ", " quoted($3) ", " quoted($4) ", " quoted($5) ", " quoted($6) "}," }
