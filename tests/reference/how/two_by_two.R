# What the R scripts of this folder share: reading a table and writing what was found.
#   Rscript SCRIPT.R FOLDER OUT.json [NAME...]     FOLDER holds NAME.csv or NAME/studies.csv
# Rows are taken as independent studies; an arm without people is left out.
suppressMessages(library(jsonlite))

counts_of <- function(folder, name) {
  path <- file.path(folder, name, "studies.csv")
  if (!file.exists(path)) path <- file.path(folder, paste0(name, ".csv"))
  table <- read.csv(path, fileEncoding = "UTF-8-BOM")
  names(table) <- tolower(names(table))
  table[c("tp", "fp", "fn", "tn")]
}

arms_of <- function(counts) {
  k <- nrow(counts)
  arms <- data.frame(
    study = factor(rep(seq_len(k), 2)),
    sens = rep(c(1, 0), each = k),
    spec = rep(c(0, 1), each = k),
    right = c(counts$tp, counts$tn),
    wrong = c(counts$fn, counts$fp)
  )
  arms[arms$right + arms$wrong > 0, ]
}

# Runs an expression; its warnings and messages come back as text, an error as `failed`.
watched <- function(expression) {
  said <- character()
  hear <- function(condition, restart) {
    said <<- c(said, trimws(conditionMessage(condition)))
    invokeRestart(restart)
  }
  value <- withCallingHandlers(
    tryCatch(expression, error = function(e) list(failed = conditionMessage(e))),
    warning = function(w) hear(w, "muffleWarning"),
    message = function(m) hear(m, "muffleMessage")
  )
  list(value = value, said = unique(said))
}

estimates <- function(mu, covariance, random, log_likelihood) {
  tau <- sqrt(diag(random))
  list(
    mu_sens = mu[1], mu_spec = mu[2],
    se_mu_sens = sqrt(covariance[1, 1]), se_mu_spec = sqrt(covariance[2, 2]),
    cov_mu = covariance[1, 2],
    tau_sens = tau[1], tau_spec = tau[2],
    rho = random[1, 2] / prod(tau),
    log_likelihood = log_likelihood
  )
}

main <- function(packages, peers) {
  words <- commandArgs(TRUE)
  folder <- words[1]
  found <- lapply(setNames(nm = words[-(1:2)]), function(name) {
    counts <- counts_of(folder, name)
    message(name)
    c(list(n_studies = nrow(counts)), lapply(peers, function(peer) peer(counts)))
  })
  versions <- lapply(setNames(nm = packages), function(p) as.character(packageVersion(p)))
  document <- list(versions = c(list(R = as.character(getRversion())), versions), tables = found)
  write_json(document, words[2], auto_unbox = TRUE, digits = 10, pretty = TRUE, na = "null")
}
