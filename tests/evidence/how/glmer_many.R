# The bivariate model by maximum likelihood (lme4, Laplace) for many simulated reviews of one cell.
#   Rscript glmer_many.R IN.csv OUT.csv
# IN has a row per study: replication, tp, fp, fn, tn. OUT has a row per replication; NA where glmer
# stops with an error or gives no standard error. Nothing is tried twice.
suppressMessages(library(lme4))
files <- commandArgs(TRUE)
studies <- read.csv(files[1])

one <- function(d) {
  k <- nrow(d)
  long <- data.frame(
    study = factor(rep(seq_len(k), 2)),
    y = c(d$tp, d$tn), n = c(d$tp + d$fn, d$tn + d$fp),
    sens = rep(1:0, each = k), spec = rep(0:1, each = k)
  )
  said <- character(0)
  fit <- tryCatch(
    withCallingHandlers(
      glmer(cbind(y, n - y) ~ 0 + sens + spec + (0 + sens + spec | study), long, binomial,
            nAGQ = 1, control = glmerControl(optimizer = "bobyqa")),
      warning = function(w) { said <<- c(said, conditionMessage(w)); invokeRestart("muffleWarning") },
      message = function(m) invokeRestart("muffleMessage")
    ),
    error = function(e) NULL
  )
  if (is.null(fit)) return(c(rep(NA, 8), failed = 1, singular = NA, warned = NA))
  v <- tryCatch(suppressWarnings(as.matrix(vcov(fit))), error = function(e) matrix(NA, 2, 2))
  s <- VarCorr(fit)$study
  tau <- attr(s, "stddev")
  c(fixef(fit), v[1, 1], v[2, 2], v[1, 2], tau, attr(s, "correlation")[1, 2],
    failed = 0, singular = isSingular(fit), warned = length(said) > 0)
}

found <- t(sapply(split(studies, studies$replication), one))
colnames(found) <- c("mu_sens", "mu_spec", "var_sens", "var_spec", "cov", "tau_sens", "tau_spec",
                     "rho", "failed", "singular", "warned")
out <- data.frame(replication = as.integer(rownames(found)), signif(found, 8))
write.csv(out, files[2], row.names = FALSE, quote = FALSE)
cat(R.version.string, ", lme4 ", as.character(packageVersion("lme4")), "\n", sep = "")
