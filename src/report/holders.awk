# Makes the C table of known holders from holders.tsv; a row that has not six columns is an error.
BEGIN {
  FS = "\t"
  print "#include \"src/report/report-internal.h\"\n\nconst struct rgi_known_holder rgi_known_holders[] = {"
}

function quoted(text) {
  gsub(/[\\"]/, "\\\\&", text)
  return "\"" text "\""
}

/^#/ || /^$/ { next }

NF != 6 || $2 == "" || $3 == "" || $4 == "" || $5 == "" {
  print FILENAME ":" FNR ": not a module, type, reference, name, reason and release, with tabs between" > "/dev/stderr"
  is_bad = 1
  exit 1
}

{
  print "    {" quoted($1) ", " quoted($2) ", " quoted($3) ", " quoted($4) ","
  print "     " quoted($5) ","
  print "     " quoted($6) "},"
}

END {
  if (!is_bad)
    print "};\nconst size_t rgi_num_known_holders = sizeof(rgi_known_holders) / sizeof(rgi_known_holders[0]);"
}
