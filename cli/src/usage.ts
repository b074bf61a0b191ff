export const usage = `clary: a machine-learning platform that speaks AWS's protocols and does the work behind them

  clary up      start the platform (Ctrl-C stops it)
                --data DIR --port N --region R --account ID   and every setting of docs/configuration.md
  clary env     print export lines for AWS SDKs and the AWS CLI: eval "$(npx clary env)"
                --data DIR --port N --json --tls (over https, with the local authority to trust)
  clary doctor  say what is missing on this machine, what that costs and how to mend it
  clary demo    run examples/exam-score on a platform of its own, from a raw CSV to a monitored endpoint
                --keep leaves the platform running
  clary environments   the Python environments of script jobs
                list [--json]; make [NAME …] (all where none is named); prune [--days N] [--all] (unused for 30 days)
  clary help    this text`;
