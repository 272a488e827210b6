# RG_PYTHONS: finds the interpreters that the extension is built for and tested on, and writes the make rules for them.
#
# Sets PYTHON to the newest of them, for scripts that the build runs, and PYTHON_RULES for AC_SUBST_FILE. Two variables
# of these rules are prerequisites of automake's, so that they have to come before them, as substitutions do.
AC_DEFUN([RG_PYTHONS], [
  AC_ARG_WITH([pythons],
    [AS_HELP_STRING([--with-pythons=auto|no|LIST],
      [interpreters to build the Python binding for: all that are found, none, or these (separated by commas)
       @<:@auto@:>@])],
    [], [with_pythons=auto])
  AC_MSG_NOTICE([looking for Python interpreters: $with_pythons])
  AS_CASE([$with_pythons],
    [no], [:],
    [yes | ''], [AC_MSG_ERROR([--with-pythons needs auto, no, or paths separated by commas])],
    [find_pythons=`echo "$with_pythons" | tr ',' ' '`])
  AS_IF([test "$with_pythons" = no], [: >pythons.list],
    ["$srcdir/build-aux/find-pythons" $find_pythons >pythons.list ||
      AC_MSG_ERROR([cannot use all of --with-pythons=$with_pythons])])
  "$srcdir/build-aux/python-rules" <pythons.list >python-rules.mk
  PYTHON_RULES=python-rules.mk
  AC_SUBST_FILE([PYTHON_RULES])
  AC_SUBST([PYTHON_EXTENSIONS], [`sed -n 's/^#extensions//p' python-rules.mk`])
  AC_SUBST([PYTHON_TESTS], [`sed -n 's/^#tests//p' python-rules.mk`])
  PYTHON=`tail -n 1 pythons.list | cut -f 4`
  AC_SUBST([PYTHON])
])
