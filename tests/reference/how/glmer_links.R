# Bivariate models with the probit and the complementary log-log link, by lme4 and by base R.
#
#   Rscript glmer_links.R FOLDER OUT     FOLDER holds a studies.csv in a folder for each review
#
# glmer(..., nAGQ = 1) maximises Laplace's approximation with the expected information of the
# likelihood. At its estimates the likelihood itself is integrated by nested calls of integrate().

suppressMessages(library(lme4))
arguments <- commandArgs(trailingOnly = TRUE)
reviews <- c("anti-ccp", "iqcode-dementia")

fitted <- function(d, link) {
  k <- nrow(d)
  long <- data.frame(
    study = rep(seq_len(k), 2), sens = rep(1:0, each = k), spec = rep(0:1, each = k),
    right = c(d$tp, d$tn), wrong = c(d$fn, d$fp)
  )
  glmer(cbind(right, wrong) ~ 0 + sens + spec + (0 + sens + spec | study), long,
        family = binomial(link), nAGQ = 1,
        control = glmerControl("bobyqa", tolPwrss = 1e-10,
                               optCtrl = list(maxfun = 1e6, rhoend = 1e-9)))
}

# log of the integral over one study's effects, tail by tail in logs
log_integral <- function(y, m, mu, tau, rho, link) {
  hit <- if (link == "probit") function(x) pnorm(x, log.p = TRUE) else
    function(x) log(-expm1(-exp(x)))
  miss <- if (link == "probit") function(x) pnorm(-x, log.p = TRUE) else function(x) -exp(x)
  arm <- function(x, i) y[i] * pmax(hit(x), -1e300) + m[i] * pmax(miss(x), -1e300)
  left <- tau[2] * sqrt(1 - rho^2)
  inner <- function(a) {
    centre <- mu[2] + rho * tau[2] * (a - mu[1]) / tau[1]
    height <- function(b) arm(b, 2) + dnorm(b, centre, left, log = TRUE)
    top <- optimize(height, centre + c(-8, 8) * left, maximum = TRUE, tol = 1e-9)
    at <- top$maximum
    part <- function(b) exp(height(b) - top$objective)
    width <- 8 * left
    sum(sapply(list(c(at - width, at), c(at, at + width)), function(ends)
      integrate(part, ends[1], ends[2], rel.tol = 1e-10, subdivisions = 1000)$value)) |>
      log() + top$objective
  }
  outer <- function(a) arm(a, 1) + dnorm(a, mu[1], tau[1], log = TRUE) +
    sapply(a, inner)
  top <- optimize(outer, mu[1] + c(-8, 8) * tau[1], maximum = TRUE, tol = 1e-9)
  at <- top$maximum
  part <- function(a) exp(outer(a) - top$objective)
  width <- 8 * tau[1]
  total <- sum(sapply(list(c(at - width, at), c(at, at + width)), function(ends)
    integrate(part, ends[1], ends[2], rel.tol = 1e-9, subdivisions = 1000)$value))
  log(total) + top$objective + sum(lchoose(y + m, y))
}

lines <- c()
for (name in reviews) for (link in c("probit", "cloglog")) {
  d <- read.csv(file.path(arguments[1], name, "studies.csv"))
  model <- fitted(d, link)
  v <- VarCorr(model)$study
  mu <- unname(fixef(model))
  tau <- unname(attr(v, "stddev"))
  rho <- attr(v, "correlation")[1, 2]
  exact <- sum(sapply(seq_len(nrow(d)), function(i)
    log_integral(c(d$tp[i], d$tn[i]), c(d$fn[i], d$fp[i]), mu, tau, rho, link)))
  numbers <- sprintf("%.10g", c(mu, tau, rho, as.numeric(logLik(model)), exact))
  lines <- c(lines, sprintf('  "%s %s": [%s]', name, link, paste(numbers, collapse = ", ")))
}
writeLines(c("{", paste(lines, collapse = ",\n"), "}"), arguments[2])
